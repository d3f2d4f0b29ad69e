import { Metadata, status, type ServiceError, type StatusObject } from '@grpc/grpc-js'
import { AppError, toAppError, type ErrorCode } from '../errors.ts'
import { rpcErrorInfo, rpcRetryInfo, rpcStatus } from './definition.ts'
import type { Any } from './wire-types.ts'

const domain = 'llm.v1'
const trailer = 'grpc-status-details-bin'
const typeUrl = {
  info: 'type.googleapis.com/google.rpc.ErrorInfo',
  retry: 'type.googleapis.com/google.rpc.RetryInfo',
}

type Entry = { code: ErrorCode; status: status; reason: string }

/** Our codes and the contract's reasons, as `proto/llm/v1/inference.proto` lists them. */
const table: Entry[] = [
  { code: 'invalid_request', status: status.INVALID_ARGUMENT, reason: 'INVALID_REQUEST' },
  { code: 'unsupported_parameter', status: status.INVALID_ARGUMENT, reason: 'UNSUPPORTED_PARAMETER' },
  { code: 'unsupported_parameter', status: status.UNIMPLEMENTED, reason: 'UNSUPPORTED_FEATURE' },
  { code: 'context_length_exceeded', status: status.INVALID_ARGUMENT, reason: 'CONTEXT_LENGTH_EXCEEDED' },
  { code: 'invalid_model', status: status.FAILED_PRECONDITION, reason: 'INVALID_MODEL' },
  { code: 'model_not_found', status: status.NOT_FOUND, reason: 'MODEL_MISMATCH' },
  { code: 'conflict', status: status.ALREADY_EXISTS, reason: 'MODEL_LOADED' },
  { code: 'queue_full', status: status.RESOURCE_EXHAUSTED, reason: 'QUEUE_FULL' },
  { code: 'insufficient_memory', status: status.RESOURCE_EXHAUSTED, reason: 'INSUFFICIENT_MEMORY' },
  { code: 'overloaded', status: status.UNAVAILABLE, reason: 'LOADING' },
  { code: 'draining', status: status.UNAVAILABLE, reason: 'DRAINING' },
  { code: 'timeout', status: status.DEADLINE_EXCEEDED, reason: 'DEADLINE_EXCEEDED' },
  { code: 'cancelled', status: status.CANCELLED, reason: 'CANCELLED' },
  { code: 'engine_failed', status: status.INTERNAL, reason: 'ENGINE_FAILED' },
]

/** What a status means that nobody of ours has written: the transport's, or another protocol's. */
const withoutReason: Partial<Record<status, ErrorCode>> = {
  [status.CANCELLED]: 'cancelled',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.INVALID_ARGUMENT]: 'invalid_request',
  [status.RESOURCE_EXHAUSTED]: 'payload_too_large',
  [status.UNIMPLEMENTED]: 'worker_incompatible',
  [status.UNAVAILABLE]: 'worker_lost',
  [status.UNAUTHENTICATED]: 'worker_incompatible',
  [status.PERMISSION_DENIED]: 'worker_incompatible',
}

/** Whatever a handler throws, as the status that ends its call. */
export function encodeStatus(cause: unknown): Partial<StatusObject> {
  const error = toAppError(cause)
  const entry = table.find(({ code }) => code === error.code) ?? table.at(-1)!
  const metadata = new Metadata()
  const details: Any[] = [{ typeUrl: typeUrl.info, value: rpcErrorInfo.serialize(encodeInfo(error, entry)) }]
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.floor(error.retryAfterMs / 1000)
    const retryDelay = { seconds, nanos: Math.round((error.retryAfterMs - seconds * 1000) * 1e6) }
    details.push({ typeUrl: typeUrl.retry, value: rpcRetryInfo.serialize({ retryDelay }) })
  }
  metadata.set(trailer, rpcStatus.serialize({ code: entry.status, message: error.message, details }))
  return { code: entry.status, details: error.message, metadata }
}

const encodeInfo = ({ param, details }: AppError, { reason }: Entry) => ({
  reason,
  domain,
  metadata: {
    ...(param !== undefined && { param }),
    ...Object.fromEntries(Object.entries(details ?? {}).map(([key, value]) => [key, String(value)])),
  },
})

/** A failed call, in our words. `worker` names the worker in messages that are not its own. */
export function decodeStatus(failure: Partial<ServiceError>, worker: string): AppError {
  const { info, retryAfterMs } = readDetails(failure.metadata)
  const known = table.find(({ reason }) => info?.domain === domain && reason === info.reason)
  const said = failure.details ?? failure.message ?? ''
  if (known === undefined) {
    const code = withoutReason[failure.code ?? status.UNKNOWN] ?? 'engine_failed'
    return new AppError(code, `worker ${worker}: ${said}`, { cause: failure })
  }
  const { param, ...rest } = info?.metadata ?? {}
  return new AppError(known.code, said, {
    cause: failure,
    ...(param !== undefined && { param }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(Object.keys(rest).length > 0 && { details: decodeNumbers(rest) }),
  })
}

function readDetails(metadata: Metadata | undefined) {
  const [bytes] = metadata?.get(trailer) ?? []
  if (!Buffer.isBuffer(bytes)) return {}
  try {
    const find = (url: string) =>
      rpcStatus.deserialize(bytes).details?.find((any) => any.typeUrl === url)?.value
    const [info, retry] = [find(typeUrl.info), find(typeUrl.retry)]
    const delay = retry && rpcRetryInfo.deserialize(Buffer.from(retry)).retryDelay
    return {
      info: info && rpcErrorInfo.deserialize(Buffer.from(info)),
      retryAfterMs: delay && (delay.seconds ?? 0) * 1000 + (delay.nanos ?? 0) / 1e6,
    }
  } catch {
    // A proxy's garbage in the trailer does not hide the status itself.
    return {}
  }
}

const decodeNumbers = (metadata: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, /^\d{1,15}$/.test(value) ? Number(value) : value]),
  )
