import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js'
import type { Logger } from '../log.ts'
import { createCallSignal } from './call-signal.ts'
import { encodeFailure } from './failure.ts'
import { createOutlet, type Outlet } from './outlet.ts'

/** A function of one message, as gRPC wants it. */
export const createUnaryHandler =
  <Request, Response>(
    log: Logger | undefined,
    answer: (request: Request, signal: AbortSignal) => Promise<Response> | Response,
  ): handleUnaryCall<Request, Response> =>
  (call, callback) => {
    const { signal, release } = createCallSignal(call)
    void Promise.resolve()
      .then(() => answer(call.request, signal))
      .then(
        (response) => callback(null, response),
        (cause: unknown) => callback(encodeFailure(cause, log)),
      )
      .finally(release)
  }

/** A function that writes its answers, as gRPC wants it. The call ends with OK when it resolves. */
export const createStreamHandler =
  <Request, Response>(
    log: Logger | undefined,
    answer: (request: Request, outlet: Outlet<Response>, signal: AbortSignal) => Promise<void>,
  ): handleServerStreamingCall<Request, Response> =>
  (call) => {
    const { signal, release } = createCallSignal(call)
    void Promise.resolve()
      .then(() => answer(call.request, createOutlet(call, signal), signal))
      .then(
        () => call.end(),
        // A destroyed call has nobody to tell.
        (cause: unknown) => void (call.destroyed || call.emit('error', encodeFailure(cause, log))),
      )
      .finally(release)
  }
