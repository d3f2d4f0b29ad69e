import { buildConnector, Pool, type Dispatcher } from 'undici'
import { AppError } from '../../src/errors.ts'
import { isAbsence, markErrors, resolveFailure } from './failure.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { Target } from './target.ts'

export type Connections = {
  pool: Dispatcher
  /** Headers of every request, the key included: never to be printed. */
  headers: Record<string, string>
  /** Connections made so far; more than the concurrency means that some were not kept alive. */
  opened(): number
  /** Model names in the server's own order. */
  listModels(): Promise<string[]>
  /** Opens all connections, so that no measured request pays for a handshake. */
  open(count: number): Promise<void>
  close(): Promise<void>
}

export type ConnectionOptions = {
  target: Target
  size: number
  apiKey: string | undefined
  /** Further headers; they outrank our own. */
  headers?: Record<string, string> | undefined
  timeoutMs: number
  /** How the key is shown; a bearer token where the endpoint does not say. */
  endpoint?: Pick<Endpoint, 'headers'>
}

/** A server that does not answer within this is not there; the request's own timeout is for answers. */
const connectTimeoutMs = 10_000
/** A connection waits at most this long for its next request; servers that want less say so in `keep-alive`. */
const keepAliveMs = 60_000
const maxModelsBytes = 4 * 1024 * 1024

export const createConnections = ({
  target,
  size,
  apiKey,
  headers: extraHeaders,
  timeoutMs,
  endpoint,
}: ConnectionOptions): Connections => {
  const connect = buildConnector({ allowH2: false, timeout: Math.min(connectTimeoutMs, timeoutMs) })
  const pool = new Pool(target.origin, {
    connections: size,
    pipelining: 1,
    // One request per connection is what a concurrency means; HTTP/2 would put them all on one.
    allowH2: false,
    keepAliveTimeout: keepAliveMs,
    connect: (asked, callback) =>
      connect(asked, (...outcome) => {
        if (outcome[0] === null) markErrors(outcome[1])
        callback(...outcome)
      }),
    // Our own timer covers the whole request; these two would fire at other moments.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let opened = 0
  pool.on('connect', () => (opened += 1))
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'sluice-bench',
    ...(endpoint?.headers?.(apiKey) ?? (apiKey !== undefined && { authorization: `Bearer ${apiKey}` })),
    ...extraHeaders,
  }

  const getModels = (): Promise<Dispatcher.ResponseData> =>
    pool.request({
      path: `${target.basePath}/models`,
      method: 'GET',
      headers,
      signal: AbortSignal.timeout(Math.min(connectTimeoutMs, timeoutMs)),
    })

  return {
    pool,
    headers,
    opened: () => opened,
    listModels: () => listModels(getModels, target.baseUrl),
    async open(count) {
      const drained = Array.from({ length: count }, async () => (await getModels()).body.dump())
      await Promise.allSettled(drained)
    },
    close: () => pool.destroy(),
  }
}

const listModels = async (
  get: () => Promise<Dispatcher.ResponseData>,
  baseUrl: string,
): Promise<string[]> => {
  const response = await get().catch((cause: Error) => {
    throw unreachable(baseUrl, cause)
  })
  const text = await readText(response)
  const { statusCode } = response
  if (statusCode === 401 || statusCode === 403) {
    throw new AppError(
      'invalid_api_key',
      `${baseUrl} refused the key (HTTP ${statusCode}); give one with --api-key`,
    )
  }
  if (statusCode !== 200) {
    throw new AppError(
      'engine_failed',
      `${baseUrl}/models answered HTTP ${statusCode}; check --url, or name a --model`,
    )
  }
  return decodeModels(text)
}

/** Several servers answer nothing useful here; an empty list makes the caller ask for --model. */
const decodeModels = (text: string): string[] => {
  try {
    const { data } = JSON.parse(text) as { data?: { id?: unknown }[] }
    return (data ?? []).map(({ id }) => id).filter((id) => typeof id === 'string')
  } catch {
    return []
  }
}

const readText = async ({ body, headers }: Dispatcher.ResponseData): Promise<string> => {
  if (Number(headers['content-length'] ?? 0) > maxModelsBytes) {
    body.destroy()
    return ''
  }
  return body.text()
}

const unreachable = (baseUrl: string, cause: Error): AppError => {
  const reason =
    cause.name === 'TimeoutError' ? 'it does not answer' : resolveFailure(cause, 'unanswered').message
  const question = cause.name === 'TimeoutError' || isAbsence(cause) ? '. Is the server running?' : ''
  return new AppError('daemon_unreachable', `cannot reach ${baseUrl}: ${reason}${question}`, {
    cause,
  })
}
