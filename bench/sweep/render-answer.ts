import { formatNumber, formatShare } from '../report/format-number.ts'
import { renderSearchVerdict } from '../compare/describe-search-verdict.ts'
import type { BenchResult } from '../result.ts'
import { describeSweep, type LevelAnswer, type SweepAnswer } from './describe-sweep.ts'

/** What a sweep has found, a sentence to a line; for the terminal, the page and Markdown alike. */
export const renderAnswer = (results: BenchResult[]): string[] => {
  if (results.length === 0) return []
  const answer = describeSweep(results)
  return [
    ...(answer.goal === null ? [] : renderGoal(answer, answer.goal)),
    renderKnee(answer, results),
    ...(answer.baseline === undefined ? [] : renderSearchVerdict(answer.baseline)),
  ].filter((line) => line !== undefined)
}

const renderGoal = (answer: SweepAnswer, goal: NonNullable<SweepAnswer['goal']>): string[] => {
  const { highest, first_missed: missed, unit } = answer
  const limits = Object.entries(goal.limits).map(([metric, limit]) => `${metric} ${limit} ms`).join(', ') // prettier-ignore
  const wanted = `${limits} in at least ${formatShare(goal.share)} of requests`
  return [
    highest === null
      ? `no load that was measured meets ${wanted}`
      : `highest load that meets ${wanted}: ${nameLoad(highest.load, unit)}${highest.certain ? '' : ' (not certain)'}`,
    highest === null ? undefined : `  at ${describeLevel(highest)}`,
    missed === null
      ? undefined
      : `  at ${describeLevel(missed)}: misses${missed.certain ? '' : ' (not certain)'}`,
    describeEnd(answer),
  ].filter((line) => line !== undefined)
}

/** 1 request in flight, 2 requests in flight, 1 requests/s. */
const nameLoad = (load: number, unit: string): string =>
  `${load} ${load === 1 ? unit.replace(/^(request|session)s /, '$1 ') : unit}`

const describeLevel = ({ load, share, confidence: [low, high], requests, runs }: LevelAnswer): string =>
  `${load}: ${formatShare(share)} (${formatShare(low)} to ${formatShare(high)} with 99 % confidence; ${requests} requests in ${runs} ${runs === 1 ? 'run' : 'runs'})`

const describeEnd = ({ ended, highest, first_missed: missed }: SweepAnswer): string | undefined => {
  const unsure = [highest, missed].filter((level) => level !== null).filter(({ certain }) => !certain)
  if (ended === 'all-meet')
    return '  no load up to --sweep-max misses it; raise --sweep-max to find the limit'
  if (ended === 'interrupted') return '  the search was interrupted; the limit may be higher'
  if (ended === 'time-over') return '  the time for the search was over; raise --sweep-time to go on'
  if (ended === 'found' && missed === null)
    return '  above it the load generator was too slow to judge the server'
  if (unsure.some(({ design_effect: effect }) => effect > unalike))
    return '  runs at the same load differed by more than chance: something else used the machine, or the server wavers at its limit'
  return unsure.length > 0
    ? '  too close to the limit for so few requests; raise --requests or --duration to be certain'
    : undefined
}

/** Far beyond what two to four runs of one thing differ by. */
const unalike = 5

const metrics = { output_tokens_per_second: 'output tokens/s', requests_per_second: 'requests/s' } as const

const renderKnee = ({ knee, unit }: SweepAnswer, results: BenchResult[]): string | undefined => {
  const loads = new Set(results.map(({ configuration: { arrivals, concurrency } }) => arrivals?.rate ?? concurrency)) // prettier-ignore
  if (knee === null) {
    return loads.size < 4
      ? undefined
      : 'knee: none; throughput has no clear bend over these loads (Kneedle, least rise 0.1)'
  }
  return `knee: ${nameLoad(knee.load, unit)}, at ${formatNumber(knee.throughput, 1)} ${metrics[knee.metric]}; beyond it load brings wait and hardly throughput (Kneedle)`
}
