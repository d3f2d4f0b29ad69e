import type { StatusObject } from '@grpc/grpc-js'
import { encodeStatus } from '../contract/status-error.ts'
import { AppError, toAppError } from '../errors.ts'
import type { Logger } from '../log.ts'

/**
 * A message travels twice, percent-encoded and in the details, and gRPC for C refuses more than 8 KiB of
 * trailers: 500 characters fit even where each of them needs nine bytes.
 */
const longestMessage = 500

/** The status that ends a failed call. A defect of ours is logged, because its caller learns nothing of it. */
export function encodeFailure(cause: unknown, log: Logger | undefined): Partial<StatusObject> {
  const error = toAppError(cause)
  if (error !== cause) log?.error({ err: cause }, 'a call failed by a defect')
  return encodeStatus(clip(error))
}

/** A caller's words may stand in a message, and half a character cannot be sent. */
function clip(error: AppError): AppError {
  const { code, message, param, retryAfterMs, details, cause } = error
  if (message.length <= longestMessage && message.isWellFormed()) return error
  const cut = message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 3)}...`
  return new AppError(code, cut.toWellFormed(), {
    cause,
    ...(param !== undefined && { param }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(details && { details }),
  })
}
