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
  [status.RESOURCE_EXHAUSTED]: 'overloaded',
  [status.UNIMPLEMENTED]: 'worker_incompatible',
  [status.UNAVAILABLE]: 'worker_lost',
  [status.UNAUTHENTICATED]: 'worker_incompatible',
  [status.PERMISSION_DENIED]: 'worker_incompatible',
}

/** How gRPC's libraries, in JavaScript and in C, name a message beyond the limit of its sender or its receiver. */
const tooLarge = /message .*larger than/i

/** Whatever a handler throws, as the status that ends its call. */
export function encodeStatus(cause: unknown): Partial<StatusObject> {
  const error = toAppError(cause)
  const entry = findEntry(error)
  const metadata = new Metadata()
  const details: Any[] = [{ type_url: typeUrl.info, value: rpcErrorInfo.serialize(encodeInfo(error, entry)) }]
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.floor(error.retryAfterMs / 1000)
    const retryDelay = { seconds, nanos: Math.round((error.retryAfterMs - seconds * 1000) * 1e6) }
    details.push({ type_url: typeUrl.retry, value: rpcRetryInfo.serialize({ retryDelay }) })
  }
  metadata.set(trailer, rpcStatus.serialize({ code: entry.status, message: error.message, details }))
  return { code: entry.status, details: error.message, metadata }
}

/** What is refused without the name of a field is a whole feature. */
function findEntry({ code, param }: AppError): Entry {
  const entries = table.filter((entry) => entry.code === code)
  const feature = param === undefined && entries.find((entry) => entry.reason === 'UNSUPPORTED_FEATURE')
  return feature || (entries[0] ?? table.at(-1)!)
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
    const isTooLarge = failure.code === status.RESOURCE_EXHAUSTED && tooLarge.test(said)
    const code = isTooLarge ? 'payload_too_large' : withoutReason[failure.code ?? status.UNKNOWN]
    return new AppError(code ?? 'engine_failed', `worker ${worker}: ${said}`, { cause: failure })
  }
  const { param, ...rest } = info?.metadata ?? {}
  return new AppError(known.code, said, {
    cause: failure,
    ...(param !== undefined && { param }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(Object.keys(rest).length > 0 && { details: decodeNumbers(rest) }),
  })
}

/** The contract's reason for a failure; undefined where the status is not the worker's own. */
export function readReason({ metadata }: Partial<ServiceError>): string | undefined {
  const { info } = readDetails(metadata)
  return info?.domain === domain ? info.reason : undefined
}

function readDetails(metadata: Metadata | undefined) {
  const [bytes] = metadata?.get(trailer) ?? []
  if (!Buffer.isBuffer(bytes)) return {}
  try {
    const find = (url: string) =>
      rpcStatus.deserialize(bytes).details?.find((any) => any.type_url === url)?.value
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

/** The metadata holds only strings; what looks exactly like a number was one. */
const decodeNumbers = (metadata: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => {
      const number = Number(value)
      return [key, Number.isFinite(number) && String(number) === value ? number : value]
    }),
  )
