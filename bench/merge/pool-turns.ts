import { createLatency } from '../record/statistics.ts'
import type { TurnFigures } from '../record/turn-tally.ts'
import type { BenchResult } from '../result.ts'
import { sumOf } from './pool-counts.ts'

/** Of sessions: each turn's TTFTs are added as histograms, and means weighted by the answers that they are of. */
export const poolTurns = (runs: BenchResult[]): Pick<BenchResult, 'turns'> => {
  const all = runs.flatMap(({ turns }) => turns ?? [])
  if (all.length === 0) return {}
  const byTurn = [...Map.groupBy(all, ({ turn }) => turn)].toSorted(([left], [right]) => left - right)
  return { turns: byTurn.map(([turn, parts]) => poolTurn(turn, parts)) }
}

const poolTurn = (turn: number, parts: TurnFigures[]): TurnFigures => {
  const latency = createLatency()
  for (const { ttft, ttft_histogram: encoded } of parts) {
    if (ttft !== null && encoded !== undefined) latency.add(encoded, ttft)
  }
  const histogram = latency.histogram()
  return {
    turn,
    requests: sumOf(parts.map(({ requests }) => requests)),
    ttft: latency.summary() ?? null,
    ...(histogram !== undefined && { ttft_histogram: histogram }),
    counted: sumOf(parts.map(({ counted }) => counted)),
    prompt_tokens: poolMean(parts, 'prompt_tokens'),
    cached_tokens: poolMean(parts, 'cached_tokens'),
  }
}

const poolMean = (parts: TurnFigures[], name: 'prompt_tokens' | 'cached_tokens'): number | null => {
  const known = parts.filter((part) => part[name] !== null)
  const weight = sumOf(known.map(({ counted }) => counted))
  if (weight === 0) return null
  return Math.round((10 * sumOf(known.map((part) => part[name]! * part.counted))) / weight) / 10
}
