import { request as httpRequest, type IncomingMessage } from 'node:http'
import { AppError, isErrorCode } from '../errors.ts'

export type Call = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Under the base URL, query included. */
  path: string
  body?: unknown
  apiKey?: string | undefined
  signal?: AbortSignal | undefined
  /** Longest silence before the call fails; absent: no limit. */
  timeoutMs?: number
}

const maxJsonBytes = 64 * 1024 ** 2

/**
 * One HTTP call to the daemon. On node:http, because it is there at start-up at no cost: `status` must answer
 * before a larger client has loaded. A failed status becomes the AppError that the daemon meant.
 */
export function call(baseUrl: string, wanted: Call): Promise<IncomingMessage> {
  const payload = wanted.body === undefined ? undefined : Buffer.from(JSON.stringify(wanted.body))
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(wanted.path, baseUrl), {
      method: wanted.method,
      agent: false,
      ...(wanted.signal && { signal: wanted.signal }),
      headers: {
        ...(payload && { 'content-type': 'application/json', 'content-length': payload.length }),
        ...(wanted.apiKey && { authorization: `Bearer ${wanted.apiKey}` }),
      },
    })
    if (wanted.timeoutMs !== undefined) {
      outgoing.setTimeout(wanted.timeoutMs, () =>
        outgoing.destroy(
          Object.assign(new Error(`no answer for ${wanted.timeoutMs} ms`), { code: 'ETIMEDOUT' }),
        ),
      )
    }
    outgoing.once('error', (cause) => reject(unreachable(baseUrl, cause, wanted.signal)))
    outgoing.once('response', (response) => {
      if ((response.statusCode ?? 0) < 400) return resolve(response)
      readJson(response).then(
        (body) => reject(decodeFailure(response.statusCode ?? 0, body, readRetryAfter(response))),
        reject,
      )
    })
    outgoing.end(payload)
  })
}

export async function callJson<T>(baseUrl: string, wanted: Call): Promise<T> {
  return (await readJson(await call(baseUrl, wanted))) as T
}

async function readJson(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxJsonBytes) throw new AppError('internal_error', 'the daemon sent more than 64 MiB of JSON')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (cause) {
    const answer = text.slice(0, 80).replaceAll(/\s+/g, ' ')
    throw new AppError(
      'internal_error',
      `the server did not answer with JSON but with "${answer}"; is it sluice?`,
      { cause },
    )
  }
}

function unreachable(baseUrl: string, cause: Error, signal: AbortSignal | undefined): AppError {
  if (signal?.aborted) return new AppError('cancelled', 'stopped', { cause })
  const { code } = cause as NodeJS.ErrnoException
  return new AppError(
    'daemon_unreachable',
    `no answer from the daemon at ${baseUrl} (${code ?? cause.message})`,
    { cause },
  )
}

function readRetryAfter({ headers }: IncomingMessage): number | undefined {
  const ms = Number(headers['retry-after-ms'] ?? Number(headers['retry-after']) * 1000)
  return Number.isFinite(ms) ? ms : undefined
}

type FailureBody = { error?: { code?: unknown; message?: unknown; param?: unknown; [key: string]: unknown } }

/** Reads the error object of any of our dialects back into the AppError that was thrown in the daemon. */
export function decodeFailure(status: number, body: unknown, retryAfterMs?: number): AppError {
  const { code, message, param, type: _type, ...rest } = (body as FailureBody | null)?.error ?? {}
  const details = Object.entries(rest).filter((pair): pair is [string, string | number] =>
    ['string', 'number'].includes(typeof pair[1]),
  )
  const text = typeof message === 'string' ? message : `the daemon answered ${status}`
  return new AppError(isErrorCode(code) ? code : codeForStatus(status), text, {
    ...(typeof param === 'string' && { param }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: Object.fromEntries(details),
  })
}

function codeForStatus(status: number) {
  if (status === 401) return 'invalid_api_key' as const
  if (status === 403) return 'forbidden' as const
  if (status === 404) return 'not_found' as const
  if (status === 429) return 'queue_full' as const
  if (status === 503) return 'overloaded' as const
  return status < 500 ? ('invalid_request' as const) : ('internal_error' as const)
}
