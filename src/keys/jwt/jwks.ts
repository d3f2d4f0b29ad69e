import { readFile } from 'node:fs/promises'
import type { CryptoKey, FlattenedJWSInput, JWK, JWSHeaderParameters } from 'jose'
import { AppError } from '../../errors.ts'
import type { Logger } from '../../log.ts'

export type FindKey = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>

const longestFetchMs = 5000
const maxBytes = 1024 ** 2
/** Tokens with made-up key ids must not make us ask the host each time. */
const leastMs = 10_000
const oldMs = 600_000

/**
 * The public keys at a URL or in a file. Read when first needed, again when they are old, and when a token
 * names one that is not among them. While the source is away the known ones stay good.
 */
export function createJwks(source: string, log: Logger, clock = Date.now, fetchMs = longestFetchMs): FindKey {
  let find: FindKey | undefined
  let triedAt = -Infinity
  let reading: Promise<void> | undefined

  const read = async () => {
    triedAt = clock()
    try {
      const { createLocalJWKSet } = await import('jose')
      find = createLocalJWKSet({ keys: await readKeys(source, fetchMs) })
    } catch (cause) {
      log.warn({ event: 'jwks.unavailable', source, err: cause }, 'the JWT keys cannot be read')
    } finally {
      reading = undefined
    }
  }
  const refresh = () => (reading ??= read())

  return async (header, token) => {
    if (!find && (reading || clock() >= triedAt + leastMs)) await refresh()
    if (!find) {
      const message = 'tokens cannot be checked at the moment; try again later'
      throw new AppError('store_unavailable', message, { retryAfterMs: leastMs })
    }
    if (clock() >= triedAt + oldMs) void refresh()
    try {
      return await find(header, token)
    } catch (cause) {
      if ((cause as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw cause
      if (!reading && clock() < triedAt + leastMs) throw cause
      await refresh()
      return find(header, token)
    }
  }
}

async function readKeys(source: string, fetchMs: number): Promise<JWK[]> {
  const text = /^https?:\/\//.test(source) ? await download(source, fetchMs) : await readFile(source, 'utf8')
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('it is no JWK set: "keys" is missing')
  return keys as JWK[]
}

async function download(url: string, fetchMs: number): Promise<string> {
  // No redirects: the keys come from the host that the operator has named.
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(fetchMs),
    headers: { accept: 'application/json' },
  })
  if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`it sent more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
