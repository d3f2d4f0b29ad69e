export const rampStrategies = ['linear', 'exponential'] as const
export type RampStrategy = (typeof rampStrategies)[number]

/**
 * The rate goes from one to the other over all requests of a run, as in vLLM: by equal steps from request to request
 * (linear), or by equal factors (exponential). Requests per second, both above 0.
 */
export type RateRamp = { strategy: RampStrategy; from: number; to: number }

/** When `passed` of `count` requests are due, in milliseconds: the integral of one over the rate. */
export const rampedTime = (passed: number, count: number, { strategy, from, to }: RateRamp): number => {
  if (from === to) return (passed / from) * 1000
  const share = passed / count
  if (strategy === 'linear') return (1000 * count * Math.log1p((share * (to - from)) / from)) / (to - from)
  const growth = Math.log(to / from)
  return (-1000 * count * Math.expm1(-growth * share)) / (from * growth)
}

/** How many requests a ramp that ends just then has in this time. The time of a ramp is in proportion to its requests. */
export const rampedCount = (durationMs: number, ramp: RateRamp): number => durationMs / rampedTime(1, 1, ramp)
