import type { BenchResult } from '../result.ts'

/**
 * The result with the figures of the steady window in place of the whole run's, for a report and for `--fail-if`.
 * Unchanged where there is no steady state; what was not kept request by request, such as ITL, is not in it.
 */
export const viewSteady = (result: BenchResult): BenchResult => {
  const { found } = result.steady
  if (found === null) return result
  const { latency, throughput, from_s: from, to_s: to } = found
  const none = Object.fromEntries(Object.keys(result.latency).map((name) => [name, null]))
  return {
    ...result,
    duration_s: Math.round((to - from) * 1000) / 1000,
    throughput: { ...throughput, total_tokens_per_second: null },
    latency: { ...(none as BenchResult['latency']), ...latency },
    notes: [
      `rates and latencies are those of the steady state, from ${from} s to ${to} s; counts and goodput are the whole run's`,
      ...result.notes,
    ],
  }
}
