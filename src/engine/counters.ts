import type { EngineCounters } from './types.ts'

export type Counters = {
  admitted(cachedTokens: number): void
  prefilled(tokens: number): void
  /** One decode, after which this many sequences got a token. */
  stepped(sampledTokens: number): void
  cancelled(): void
  read(): EngineCounters
}

export function createCounters(): Counters {
  const total: EngineCounters = {
    steps: 0,
    prefillTokens: 0,
    cachedTokens: 0,
    decodeTokens: 0,
    cancelled: 0,
    stepsByBatchSize: {},
  }
  return {
    admitted: (cachedTokens) => void (total.cachedTokens += cachedTokens),
    prefilled: (tokens) => void (total.prefillTokens += tokens),
    stepped(sampledTokens) {
      total.steps++
      total.decodeTokens += sampledTokens
      if (sampledTokens === 0) return
      total.stepsByBatchSize[sampledTokens] = (total.stepsByBatchSize[sampledTokens] ?? 0) + 1
    },
    cancelled: () => void total.cancelled++,
    read: () => ({ ...total, stepsByBatchSize: { ...total.stepsByBatchSize } }),
  }
}
