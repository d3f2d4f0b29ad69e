import type { Socket } from 'node:net'
import { errors } from 'undici'

/** Exclusive: a failed request has exactly one kind. `cancelled` means that we ended it; it counts as neither. */
export type FailureKind =
  | 'connect'
  | 'reset'
  | 'timeout'
  | `http_${number}`
  | 'stream_error'
  | 'truncated'
  | 'invalid_response'
  | 'empty'
  | 'cancelled'

export type Failure = {
  kind: FailureKind
  message: string
  /** Of a reset: the connection had carried answers before, so the server may have closed it without knowing of this request. */
  onUsedConnection?: true
}

/** How far an answer had come when its connection failed. */
export type Progress = 'unanswered' | 'headers' | 'output'

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'EMFILE',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
])
const tlsPattern = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|UNABLE_TO|SELF_SIGNED|EPROTO)/

/** Names what the network or the HTTP parser reported. */
export const resolveFailure = (cause: Error, progress: Progress): Failure => {
  const code = codeOf(cause)
  const message = describe(cause, code)
  if (connectCodes.has(code) || tlsPattern.test(code)) return { kind: 'connect', message }
  if (cause instanceof errors.HTTPParserError) return { kind: 'invalid_response', message }
  if (progress === 'unanswered') {
    const reset = { kind: 'reset', message: `the connection closed before any answer: ${message}` } as const
    return hadAnswers(cause) ? { ...reset, onUsedConnection: true } : reset
  }
  const where = progress === 'headers' ? 'before any output' : 'in the middle of the answer'
  return { kind: 'truncated', message: `the connection closed ${where}: ${message}` }
}

const bytesRead = Symbol('bytes that the connection had brought')
/** Has the connection's errors say how much it had brought; undici does so only of a closing, not of a reset. */
export const markErrors = (socket: Socket): void => {
  socket.on('error', (cause) => Object.assign(cause, { [bytesRead]: socket.bytesRead }))
}
const hadAnswers = (cause: Error): boolean => {
  const read = cause instanceof errors.SocketError ? cause.socket?.bytesRead : Reflect.get(cause, bytesRead)
  return Number(read) > 0
}

/** Nobody was there to speak to. */
export const isAbsence = (cause: Error): boolean => connectCodes.has(codeOf(cause))

/** An error for several addresses (localhost as IPv6 and IPv4) hides its code in the parts. */
const codeOf = (cause: unknown): string => {
  const { code, errors: parts } = cause as { code?: unknown; errors?: unknown }
  if (typeof code === 'string') return code
  return Array.isArray(parts) && parts.length > 0 ? codeOf(parts[0]) : ''
}

const untrusted =
  'its certificate is not trusted here; NODE_EXTRA_CA_CERTS=FILE names a further authority of certificates'

/** Where OpenSSL's or the HTTP parser's words do not say what to do. */
const plainWords: Record<string, string> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS; try http:// in place of https://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS; try http:// in place of https://',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
}

const describe = (cause: Error, code: string): string => {
  const text = plainWords[code] ?? cause.message.trim()
  if (text === '') return code || cause.name
  return code === '' || text.includes(code) ? text : `${text} (${code})`
}
