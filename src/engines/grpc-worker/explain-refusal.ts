import { status, type ServiceError } from '@grpc/grpc-js'
import { readReason } from '../../contract/status-error.ts'
import type { WorkerAddress } from '../../engine/worker.ts'
import { AppError } from '../../errors.ts'
import { formatSeconds } from './format-seconds.ts'
import { probePeer, type Peer } from './probe-peer.ts'
import { decodeTarget } from './worker-target.ts'

const nobody: [RegExp, string][] = [
  [/ENOENT/, 'there is no such socket'],
  [/ECONNREFUSED/, 'the connection is refused'],
  [/EACCES|EPERM/, 'the socket may not be opened by this user'],
  [/ENOTFOUND|EAI_AGAIN|Name resolution failed/, 'the host name is unknown'],
  [/EHOSTUNREACH|ENETUNREACH/, 'the host cannot be reached'],
  [/ETIMEDOUT/, 'the host does not answer'],
]
const longestProbeMs = 1_000

/** Why the first call to an address failed, in words that say what is there and what to do. */
export async function explainRefusal(
  error: AppError,
  address: WorkerAddress,
  timeoutMs: number,
): Promise<AppError> {
  const { target, tls } = address
  const failure = (error.cause ?? {}) as Partial<ServiceError>
  // Our own end of the attempt, or what a worker says in its own words.
  if (failure.code === undefined || readReason(failure) !== undefined) return error
  const said = failure.details ?? ''
  if (failure.code === status.DEADLINE_EXCEEDED)
    return lost(`the worker at ${target} did not answer within ${formatSeconds(timeoutMs)}`, error)
  if (failure.code === status.UNIMPLEMENTED)
    return incompatible(`${target} is no worker: it has no service llm.v1.Control (${said})`, error)
  if (failure.code !== status.UNAVAILABLE)
    return incompatible(`what answers at ${target} is no worker: ${said}`, error)
  const [, why] = nobody.find(([pattern]) => pattern.test(said)) ?? []
  if (why !== undefined) return lost(`no worker listens at ${target}: ${why}`, error)
  if (tls) return explainTls(target, said, error)
  const peer = await probePeer(decodeTarget(target), Math.min(timeoutMs, longestProbeMs))
  return explainPeer(target, peer, said, error)
}

function explainTls(target: string, said: string, error: AppError): AppError {
  if (/wrong version number|packet length too long/.test(said))
    return incompatible(
      `the worker at ${target} speaks without TLS: leave out tls, or start it with a certificate`,
      error,
    )
  if (/certificate required|alert bad certificate|alert unknown ca|alert certificate/i.test(said))
    return incompatible(
      `the worker at ${target} does not accept our certificate: set tls.certificate and tls.key to one that its authority signed`,
      error,
    )
  // grpc-js says just this where the handshake was good and no HTTP/2 followed; some servers look at
  // certificates only then, and close without a word.
  if (/Last error: Failed to connect/.test(said))
    return incompatible(
      `the worker at ${target} closes the connection after the TLS handshake: most likely it does not accept our certificate: set tls.certificate and tls.key to one that its authority signed`,
      error,
    )
  const [, why] = /Last error: (?:Error(?: \[\w+\])?: )?(.*?)(?:\. Resolution note|\n|$)/.exec(said) ?? []
  if (/certificate|altnames/i.test(said))
    return incompatible(
      `the certificate of the worker at ${target} is not accepted: ${why}: set tls.ca to the authority that signed it, and tls.server_name to the name in it`,
      error,
    )
  return lost(`no connection to the worker at ${target}: ${why ?? said}`, error)
}

function explainPeer(target: string, peer: Peer, said: string, error: AppError): AppError {
  switch (peer.kind) {
    case 'http1':
      return incompatible(
        `${target} is an HTTP/1 server, not a worker: give the address that the worker itself listens on`,
        error,
      )
    case 'tls':
      return incompatible(
        `the worker at ${target} wants TLS: set tls.ca, and tls.certificate and tls.key where it asks for them`,
        error,
      )
    case 'stranger':
      return incompatible(`what listens at ${target} is not a worker: it says "${peer.greeting}"`, error)
    case 'closes':
      return lost(`what listens at ${target} closes every connection`, error)
    case 'silent':
      return lost(`no connection to the worker at ${target}: ${said}`, error)
  }
}

const lost = (message: string, cause: AppError) => new AppError('worker_lost', message, { cause })
const incompatible = (message: string, cause: AppError) =>
  new AppError('worker_incompatible', message, { cause })
