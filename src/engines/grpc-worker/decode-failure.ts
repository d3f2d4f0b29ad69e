import { status, type ServiceError } from '@grpc/grpc-js'
import { decodeStatus, readReason } from '../../contract/status-error.ts'
import { AppError } from '../../errors.ts'

/**
 * What grpc-js says when the other side is gone in the middle of a call. Which of these it is depends on what was
 * noticed first: the end of the socket, a failed write, the stream's reset.
 */
const brokenWords =
  /RST_STREAM|without gRPC status|No status information|Connection dropped|Write (error|failed)/

/** What a failed call means; for calls that we have not cancelled ourselves. */
export function decodeFailure(failure: Partial<ServiceError>, worker: string): AppError {
  if (isBroken(failure))
    return new AppError('worker_lost', `worker ${worker}: the connection broke: ${failure.details}`, {
      cause: failure,
    })
  return decodeStatus(failure, worker)
}

function isBroken(failure: Partial<ServiceError>): boolean {
  if (readReason(failure) !== undefined) return false
  // Nobody of ours cancelled it: the worker's server did, which it does when it stops.
  if (failure.code === status.CANCELLED) return true
  const mayBe = failure.code === status.INTERNAL || failure.code === status.UNKNOWN
  return mayBe && brokenWords.test(failure.details ?? '')
}
