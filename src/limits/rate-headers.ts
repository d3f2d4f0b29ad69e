import type { Charge, Level } from './limit-store.ts'

/** As OpenAI writes them: `20ms`, `1.5s`, `6m0s`, `23h59m59s`. */
export function encodeReset(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`
  const whole = Math.round(ms / 1000)
  if (whole < 60) return `${Number((ms / 1000).toFixed(3))}s`
  const hours = Math.floor(whole / 3600)
  return `${hours > 0 ? `${hours}h` : ''}${Math.floor((whole % 3600) / 60)}m${whole % 60}s`
}

const families = ['requests', 'tokens'] as const

/** The state of the tightest limit of each family: the one with the least left. */
export function listRateHeaders(charges: Charge[], levels: Level[]): [string, string][] {
  const headers: [string, string][] = []
  for (const family of families) {
    let tightest = -1
    let least = Infinity
    for (let index = 0; index < levels.length; index += 1) {
      const { resource, limit } = charges[index]!.counter
      // Money and places are no rates.
      if (!resource.startsWith(family)) continue
      const left = limit - levels[index]!.used
      if (left >= least) continue
      least = left
      tightest = index
    }
    if (tightest === -1) continue
    headers.push(
      [`x-ratelimit-limit-${family}`, String(charges[tightest]!.counter.limit)],
      [`x-ratelimit-remaining-${family}`, String(Math.max(0, least))],
      [`x-ratelimit-reset-${family}`, encodeReset(levels[tightest]!.resetMs)],
    )
  }
  return headers
}
