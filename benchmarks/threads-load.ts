import type { Engine } from '../src/engine/engine.ts'
import { createPrompts } from './http-load.ts'

export type StreamLengths = { promptTokens: number; tokens: number }

let round = 0

/** Generated tokens per second while so many streams ask one request after the other for `milliseconds`. */
export async function measureLoad(
  engine: Engine,
  streams: number,
  { promptTokens, tokens }: StreamLengths,
  milliseconds: number,
): Promise<number> {
  const end = new AbortController()
  const count = () => engine.status().counters.decodeTokens
  async function ask(): Promise<void> {
    const [prompt] = createPrompts(1, promptTokens, ++round)
    const prepared = await engine.prepare({
      prompt: { kind: 'tokens', tokens: prompt! },
      sampling: { temperature: 0 },
      maxTokens: tokens,
      stop: [],
      ignoreEos: true,
    })
    for await (const _ of prepared.generate(0, end.signal));
  }
  async function stream(): Promise<void> {
    try {
      while (!end.signal.aborted) await ask()
    } catch (cause) {
      if (!end.signal.aborted) throw cause
    }
  }
  const before = count()
  const started = performance.now()
  const timer = setTimeout(() => end.abort(), milliseconds)
  // A collapsed step ends later than the timer says: what counts is when the streams have ended.
  await Promise.all(Array.from({ length: streams }, stream))
  clearTimeout(timer)
  return ((count() - before) / (performance.now() - started)) * 1000
}
