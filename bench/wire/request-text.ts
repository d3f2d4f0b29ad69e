import type { Dispatcher } from 'undici'

export type TextRequest = {
  path: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
  /** For the whole exchange. */
  timeoutMs: number
  /** A longer answer counts as none. */
  maxBytes: number
}

/**
 * The body of an answer with status 200; undefined for any other, and for one that is late, too long or broken: what is
 * asked here is an extra that most servers do not have.
 */
export const requestText = async (
  pool: Dispatcher,
  { signal, timeoutMs, maxBytes, ...request }: TextRequest,
): Promise<string | undefined> => {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    const { statusCode, body } = await pool.request({ ...request, signal: limited })
    if (statusCode !== 200) {
      await body.dump({ limit: 64 * 1024, signal: limited })
      return undefined
    }
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length
      // Leaving the loop ends the connection.
      if (bytes > maxBytes) return undefined
      chunks.push(chunk as Buffer)
    }
    return Buffer.concat(chunks).toString('utf8')
  } catch {
    return undefined
  }
}

export const requestJson = async (pool: Dispatcher, request: TextRequest): Promise<unknown> => {
  const text = await requestText(pool, request)
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
