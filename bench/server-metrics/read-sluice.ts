import type { Exposition } from './parse-exposition.ts'

/** The part of an entry of `/api/engines` that is read here. */
type Engine = {
  busy_slots: number
  queued: number
  replicas: { waiting: number }[]
  counters: {
    prefillTokens: number
    cachedTokens: number
    decodeTokens: number
    stepsByBatchSize: Record<string, number>
  }
}

/** Our daemon tells its engines' counters as JSON; here they get the form of other servers' metrics. */
export const readSluice = (json: unknown): Exposition | undefined => {
  const engines = (json as { engines?: unknown } | null | undefined)?.engines
  if (!Array.isArray(engines) || !engines.every(isEngine)) return undefined
  const sum = (valueOf: (engine: Engine) => number): number =>
    engines.reduce((total, engine) => total + valueOf(engine), 0)
  const values = {
    'sluice:busy_slots': sum(({ busy_slots: busy }) => busy),
    'sluice:waiting': sum(({ queued, replicas }) =>
      replicas.reduce((total, { waiting }) => total + waiting, queued),
    ),
    'sluice:prompt_tokens_total': sum(({ counters }) => counters.prefillTokens + counters.cachedTokens),
    'sluice:cached_tokens_total': sum(({ counters }) => counters.cachedTokens),
    'sluice:decode_tokens_total': sum(({ counters }) => counters.decodeTokens),
    'sluice:decode_steps_total': sum(({ counters }) =>
      Object.values(counters.stepsByBatchSize).reduce((total, steps) => total + steps, 0),
    ),
  }
  return new Map(Object.entries(values).map(([name, value]) => [name, [{ name, labels: {}, value }]]))
}

const isEngine = (value: unknown): value is Engine => {
  const engine = value as Partial<Engine> | null
  return (
    typeof engine?.busy_slots === 'number' &&
    typeof engine.queued === 'number' &&
    Array.isArray(engine.replicas) &&
    typeof engine.counters?.prefillTokens === 'number' &&
    typeof engine.counters.stepsByBatchSize === 'object'
  )
}
