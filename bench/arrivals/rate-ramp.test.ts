import { expect, test } from 'vitest'
import { coefficientOfVariation, gapDistribution, kolmogorovSmirnov } from './distributions.ts'
import { rampedCount, rampedTime, type RateRamp } from './rate-ramp.ts'
import { createSchedule, type ScheduleOptions } from './schedule.ts'

const linear: RateRamp = { strategy: 'linear', from: 10, to: 400 }
const exponential: RateRamp = { strategy: 'exponential', from: 10, to: 400 }
const falling: RateRamp = { strategy: 'exponential', from: 400, to: 10 }
const ramps = [linear, exponential, falling]
const scheduleOf = (ramp: RateRamp, changes: Partial<ScheduleOptions> = {}) =>
  createSchedule({ arrival: 'constant', rate: ramp.to, burstiness: 1, seed: 7, requests: 4000, ramp, ...changes }) // prettier-ignore
const gapsOf = (times: ArrayLike<number>) => Array.from(times).slice(1).map((time, index) => time - times[index]!) // prettier-ignore

/** vLLM's rule: the rate at a request by its place among all. */
const rateAt = ({ strategy, from, to }: RateRamp, place: number): number =>
  strategy === 'linear' ? from + (to - from) * place : from * (to / from) ** place

test.each(ramps)('$strategy $from to $to: each gap is one over the rate at its request', (ramp) => {
  const gaps = gapsOf(scheduleOf(ramp))
  for (const [index, gap] of gaps.entries()) {
    expect(gap).toBeCloseTo(1000 / rateAt(ramp, (index + 0.5) / 4000), 2)
  }
})

test.each(ramps)('$strategy $from to $to: arrivals by a time are the integral of the rate', (ramp) => {
  const times = scheduleOf(ramp)
  // Stepwise, by the rate alone: nothing of the closed form under test.
  let [time, passed] = [0, 0]
  for (let step = 0; step < 400_000; step += 1) {
    const middle = Math.min(1, (passed + 0.005) / 4000)
    time += (0.01 / rateAt(ramp, middle)) * 1000
    passed += 0.01
    if (step % 50_000 !== 49_999) continue
    const arrived = times.filter((due) => due < time).length
    expect(Math.abs(arrived - passed)).toBeLessThan(1.01)
  }
})

test.each([
  { arrival: 'poisson', burstiness: 1 },
  { arrival: 'gamma', burstiness: 0.25 },
  { arrival: 'gamma', burstiness: 4 },
] as const)(
  '$arrival($burstiness): the process is the asked one on a warped clock',
  ({ arrival, burstiness }) => {
    const probabilities = ramps.flatMap((ramp) =>
      Array.from({ length: 10 }, (_, seed) => {
        const times = scheduleOf(ramp, { arrival, burstiness, seed })
        // Unwarped with the rate's own integral, gaps are the stationary process again.
        const passed = Array.from(times, (time) => inverse(time, ramp))
        const gaps = gapsOf(passed)
        expect(coefficientOfVariation(gaps) * Math.sqrt(burstiness)).toBeGreaterThan(0.85)
        expect(coefficientOfVariation(gaps) * Math.sqrt(burstiness)).toBeLessThan(1.15)
        return kolmogorovSmirnov(gaps, gapDistribution(arrival, burstiness))
      }),
    )
    expect(probabilities.filter((probability) => probability <= 0.05).length).toBeLessThanOrEqual(3)
    expect(kolmogorovSmirnov(gapsOf(scheduleOf(linear, { arrival, burstiness })), gapDistribution(arrival, burstiness))).toBeLessThan(0.001) // prettier-ignore
  },
)

/** How many are due by a time, by bisection. */
const inverse = (time: number, ramp: RateRamp): number => {
  let [low, high] = [0, 4000]
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (rampedTime(middle, 4000, ramp) < time) low = middle
    else high = middle
  }
  return low
}

test('a time alone holds as many as it takes; both: the time cuts the ramp short; a seed repeats', () => {
  for (const ramp of ramps) {
    const { requests: _requests, ...timed } = { arrival: 'constant' as const, rate: 1, burstiness: 1, seed: 1, requests: 1 } // prettier-ignore
    const times = createSchedule({ ...timed, ramp, durationMs: 20_000 })
    expect(times).toHaveLength(Math.floor(rampedCount(20_000, ramp)))
    expect(times.at(-1)!).toBeLessThan(20_000)
    expect(times.at(-1)!).toBeGreaterThan(19_800)
    const [whole, cut] = [scheduleOf(ramp), scheduleOf(ramp, { durationMs: 5000 })]
    expect(cut).toEqual(whole.filter((time) => time < 5000))
  }
  expect(scheduleOf(linear, { arrival: 'poisson' })).toEqual(scheduleOf(linear, { arrival: 'poisson' }))
  expect(scheduleOf({ strategy: 'linear', from: 5, to: 5 })[100]).toBeCloseTo(20_000, 6)
})
