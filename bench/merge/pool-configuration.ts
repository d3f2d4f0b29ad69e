import type { RateRamp } from '../arrivals/rate-ramp.ts'
import type { BenchResult, Configuration } from '../result.ts'
import { sumOf, sumOrNull } from './pool-counts.ts'

/** The load of all together. What each load generator drew by itself (seeds, nonces) is in `merged_from`. */
export const poolConfiguration = (runs: BenchResult[]): Configuration => {
  const [{ configuration }] = runs as [BenchResult]
  const { arrivals, prompts } = configuration
  const all = runs.map((run) => run.configuration)
  const durations = all.flatMap(({ duration_s: duration }) => duration ?? [])
  return {
    ...configuration,
    concurrency: sumOf(all.map(({ concurrency }) => concurrency)),
    arrivals:
      arrivals === null
        ? null
        : { ...arrivals, rate: sumOf(all.map((each) => each.arrivals?.rate ?? 0)), ...poolRamp(all) },
    requests: sumOrNull(all.map(({ requests }) => requests)),
    duration_s: durations.length === 0 ? null : Math.max(...durations),
    threads: sumOf(all.map(({ threads }) => threads)),
    prompts: {
      ...prompts,
      distinct: sumOrNull(all.map((each) => each.prompts.distinct)),
      nonce: all.every((each) => each.prompts.nonce === prompts.nonce) ? prompts.nonce : null,
    },
  }
}

/** Each load generator's ramp goes at the same time. */
const poolRamp = (all: Configuration[]): { ramp?: RateRamp } => {
  const ramps = all.map(({ arrivals }) => arrivals?.ramp).filter((ramp) => ramp !== undefined)
  const [first] = ramps
  if (first === undefined) return {}
  return { ramp: { ...first, from: sumOf(ramps.map(({ from }) => from)), to: sumOf(ramps.map(({ to }) => to)) } } // prettier-ignore
}
