import type { Floor } from '../floor/floor.ts'
import { widthOf, type Load } from '../options.ts'
import type { DispatchSummary } from '../record/dispatch-summary.ts'
import type { Occupancy } from '../record/occupancy.ts'
import type { Recorded } from '../record/recorder.ts'
import type { SelfCheck } from '../record/self-check.ts'
import { round } from '../record/statistics.ts'

/** DEGRADED: read the figures with the reasons beside them. INVALID: they say more about us than about the server. */
export const runStatuses = ['VALID', 'DEGRADED', 'INVALID'] as const
export type RunStatus = (typeof runStatuses)[number]

/** One question to the load generator itself. `invalid_above` is null where the answer alone spoils no run. */
export type RunCheck = {
  check: string
  value: number
  degraded_above: number
  invalid_above: number | null
  status: RunStatus
}

export type RunVerdict = { status: RunStatus; reasons: string[]; checks: RunCheck[] }

export type RunFacts = {
  load: Load
  recorded: Recorded
  selfCheck: SelfCheck
  occupancy: Occupancy | undefined
  dispatch: DispatchSummary | undefined
  /** What the load generator itself adds, where it was measured. */
  floor?: Floor | undefined
}

type Question = Omit<RunCheck, 'status'> & { reason: string }

/** A shorter run is mostly its own beginning. */
const shortestJudgedMs = 1000

/** Whether the run measured the server and not the load generator. The limits are in docs/bench.md. */
export const judgeRun = (facts: RunFacts): RunVerdict => {
  const { recorded } = facts
  if (recorded.succeeded === 0) return { status: 'INVALID', reasons: ['no request succeeded'], checks: [] }
  const questions = [...askOurselves(facts), ...askDelivery(facts), ...askLoad(facts)]
  const short = recorded.durationMs < shortestJudgedMs
  const checks = questions.map(({ reason: _reason, ...check }): RunCheck => ({
    ...check,
    status: rate(check, short),
  }))
  const reasons = questions
    .filter((_, index) => checks[index]!.status !== 'VALID')
    .map(({ reason }) => reason)
  if (short)
    reasons.unshift(`the run lasted ${(recorded.durationMs / 1000).toFixed(2)} s, too short to judge`)
  const worst = Math.max(short ? 1 : 0, ...checks.map(({ status }) => runStatuses.indexOf(status)))
  return { status: runStatuses[worst]!, reasons, checks }
}

const rate = (
  { value, degraded_above: degraded, invalid_above: invalid }: Omit<Question, 'reason'>,
  short: boolean,
): RunStatus => {
  if (invalid !== null && value > invalid && !short) return 'INVALID'
  return value > degraded ? 'DEGRADED' : 'VALID'
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** An idle machine is late by 1 to 2 ms at P99; no run is spoiled by less than 20. Else: shares of the shortest latency. */
const lagLimits = ({ latencies }: Recorded): { degraded_above: number; invalid_above: number } => {
  const median = latencies.ttft?.p50 ?? latencies.e2e?.p50 ?? 0
  return {
    degraded_above: round(Math.max(3, 0.02 * median)),
    invalid_above: round(Math.max(20, 0.1 * median)),
  }
}

const askOurselves = ({ recorded, selfCheck }: RunFacts): Question[] => {
  const {
    loop_lag_p99_ms: lag,
    loop_lag_max_ms: worst,
    loop_utilization: busy,
    gc_share: collecting,
  } = selfCheck
  return [
    {
      check: 'loop_lag_p99_ms',
      value: lag,
      ...lagLimits(recorded),
      reason: `the load generator was late itself (event loop lag P99 ${lag.toFixed(1)} ms, max ${worst.toFixed(1)} ms): latencies may be overstated by that. Use fewer connections or a quieter machine`,
    },
    {
      check: 'loop_utilization',
      value: busy,
      degraded_above: 0.7,
      invalid_above: 0.9,
      reason: `the load generator was busy ${percent(busy)} of the time and may have limited the throughput`,
    },
    {
      check: 'gc_share',
      value: collecting,
      degraded_above: 0.05,
      invalid_above: 0.2,
      reason: `garbage collection took ${percent(collecting)} of the time (longest pause ${selfCheck.gc_max_ms.toFixed(1)} ms)`,
    },
  ]
}

/** How late output really was, by the server's own stamps; and how much of the latency is ours. */
const askDelivery = ({ recorded, floor }: RunFacts): Question[] => {
  const { delivery, ttft, e2e } = recorded.latencies
  const questions: Question[] = []
  if (delivery !== undefined) {
    questions.push({
      check: 'delivery_p99_ms',
      value: delivery.p99,
      ...lagLimits(recorded),
      reason: `output was read late: P99 ${delivery.p99.toFixed(1)} ms after the server had stamped it (P50 ${delivery.p50.toFixed(2)} ms)`,
    })
  }
  const [own, measured, metric] = ttft === undefined ? [floor?.e2e, e2e, 'E2E'] : [floor?.ttft, ttft, 'TTFT']
  if (own == null || measured === undefined || measured.p50 === 0) return questions
  questions.push({
    check: 'floor_share',
    value: round(own.p50 / measured.p50),
    degraded_above: 0.1,
    // Both are medians of the same wire: the server may well be that fast.
    invalid_above: null,
    reason: `the load generator and the way to it account for ${own.p50.toFixed(2)} ms of the median ${metric} of ${measured.p50.toFixed(2)} ms; a server that does nothing takes that long too`,
  })
  return questions
}

const askLoad = ({ load, recorded, occupancy, dispatch }: RunFacts): Question[] => {
  const questions: Question[] = []
  if (occupancy !== undefined) {
    const { mean, byLatency, meanWhileSending } = occupancy
    const off = round(Math.abs(mean - byLatency) / mean)
    questions.push({
      check: 'littles_law_error',
      value: off,
      degraded_above: 0.05,
      invalid_above: 0.1,
      reason: `${mean.toFixed(2)} requests were in flight on average, but their latencies account for ${byLatency.toFixed(2)} (Little's law, off by ${percent(off)})`,
    })
    // Sessions think, and nothing is in flight meanwhile.
    const isFull = meanWhileSending !== undefined && recorded.sent > widthOf(load)
    if (load.mode === 'closed' && load.session === undefined && isFull) {
      const short = round(1 - meanWhileSending / load.concurrency)
      questions.push({
        check: 'concurrency_shortfall',
        value: short,
        degraded_above: 0.02,
        invalid_above: 0.05,
        reason: `on average ${meanWhileSending.toFixed(2)} requests were in flight while sending, not ${load.concurrency}: the load generator was slow to send the next ones`,
      })
    }
  }
  return dispatch === undefined ? questions : [...questions, ...askDispatch(load, recorded, dispatch)]
}

const askDispatch = ({ session }: Load, recorded: Recorded, dispatch: DispatchSummary): Question[] => {
  const { lateness_p99_ms: late, rate_scheduled: asked, rate_achieved: achieved, waited } = dispatch
  const lateness: Question = {
    check: 'dispatch_lateness_p99_ms',
    value: late,
    ...lagLimits(recorded),
    reason: `requests left late (P99 ${late.toFixed(1)} ms) by the load generator's own doing; the latencies count it`,
  }
  if (asked === null || achieved === null) return [lateness]
  const held = waited > 0
  return [
    lateness,
    {
      check: 'rate_shortfall',
      value: round(Math.max(0, 1 - achieved / asked)),
      degraded_above: 0.02,
      // Where the limit on concurrency held requests back, it was the user's wish and the server's doing.
      invalid_above: held ? null : 0.1,
      reason: `${achieved.toFixed(2)} ${session === undefined ? 'requests/s left' : 'sessions/s began'}, not ${asked.toFixed(2)}${held ? ': the limit on concurrency held them back' : ''}`,
    },
  ]
}
