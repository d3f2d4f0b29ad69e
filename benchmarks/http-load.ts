import { Pool } from 'undici'

export type HttpLoad = {
  /** Generated tokens per second over `streams` streams at once, first byte asked to last byte read. */
  run(streams: number, round: number): Promise<number>
  close(): Promise<void>
}

/** Greedy completions of fixed token prompts, different in every stream and round, so that no cache helps. */
export function createHttpLoad(
  baseUrl: string,
  model: string,
  lengths: { promptTokens: number; tokens: number; tokenRange?: number },
): HttpLoad {
  const pool = new Pool(baseUrl, {
    connections: 64,
    pipelining: 1,
    bodyTimeout: 600_000,
    headersTimeout: 600_000,
  })
  async function ask(prompt: number[]): Promise<number> {
    const { body, statusCode } = await pool.request({
      method: 'POST',
      path: '/v1/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        prompt,
        temperature: 0,
        max_tokens: lengths.tokens,
        ignore_eos: true,
        stream: true,
        stream_options: { include_usage: true },
      }),
    })
    const text = await body.text()
    const counted = /"completion_tokens":(\d+)/.exec(text)
    if (statusCode !== 200 || counted === null) throw new Error(`${baseUrl} answered ${statusCode}: ${text}`)
    return Number(counted[1])
  }
  return {
    async run(streams, round) {
      const started = performance.now()
      const counts = await Promise.all(
        createPrompts(streams, lengths.promptTokens, round, lengths.tokenRange).map(ask),
      )
      return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - started)) * 1000
    },
    close: () => pool.close(),
  }
}

/** Different in every round and sequence from the first token on; ids from 100 to below 100 + `range`. */
export const createPrompts = (sequences: number, length: number, round: number, range = 1500): number[][] =>
  Array.from({ length: sequences }, (_, sequence) =>
    Array.from({ length }, (__, index) => 100 + ((sequence * 7919 + round * 613 + index * 104729) % range)),
  )
