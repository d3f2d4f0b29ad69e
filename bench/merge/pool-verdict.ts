import type { BenchResult } from '../result.ts'
import { runStatuses, type RunVerdict } from '../verdict/judge-run.ts'

/** The whole is as good as its worst part, and says which part that was. */
export const poolVerdict = (runs: BenchResult[], files: string[]): RunVerdict => {
  const worst = Math.max(...runs.map(({ verdict }) => runStatuses.indexOf(verdict.status)))
  return {
    status: runStatuses[worst]!,
    reasons: runs.flatMap(({ verdict }, index) =>
      verdict.reasons.map((reason) => `${files[index]}: ${reason}`),
    ),
    checks: runs.flatMap(({ verdict }) => verdict.checks),
  }
}

/** Of each figure the worst. */
export const poolSelfCheck = (runs: BenchResult[]): BenchResult['self_check'] => {
  const worst = (name: keyof BenchResult['self_check']): number =>
    Math.max(...runs.map(({ self_check: selfCheck }) => selfCheck[name]))
  return {
    loop_lag_p99_ms: worst('loop_lag_p99_ms'),
    loop_lag_max_ms: worst('loop_lag_max_ms'),
    loop_utilization: worst('loop_utilization'),
    gc_share: worst('gc_share'),
    gc_max_ms: worst('gc_max_ms'),
  }
}
