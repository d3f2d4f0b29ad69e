import { drawGamma } from './gamma.ts'
import { createRandom, type Random } from './random.ts'
import { rampedCount, rampedTime, type RateRamp } from './rate-ramp.ts'

export const arrivalNames = ['constant', 'poisson', 'gamma'] as const
export type Arrival = (typeof arrivalNames)[number]

export type ScheduleOptions = {
  arrival: Arrival | 'trace'
  /** Of a trace, which draws nothing. */
  times?: Float64Array
  /** Requests per second, once the ramp is over. */
  rate: number
  /** Shape of the gamma distribution: 1 is Poisson, below 1 comes in bursts, above 1 is more even. */
  burstiness: number
  seed: number
  /** How many; without it as many as fit into the duration. At least one of the two is given. */
  requests?: number
  durationMs?: number
  /** The rate grows from 0 over this time. */
  rampUpMs?: number
  /** Instead of one rate and a ramp to it: from one rate to another over the whole run. */
  ramp?: RateRamp
}

/**
 * Milliseconds from the start at which each request is due, in order, the first at 0. All of it is drawn before the
 * run: nothing that happens in the run can move it. The gaps are scaled so that the rate is exactly the one asked
 * for; only their distribution is random, not how much load there is.
 */
export const createSchedule = (options: ScheduleOptions): Float64Array => {
  const { arrival, burstiness, seed, times: given } = options
  if (given !== undefined) return given
  const count = countArrivals(options)
  const random = createRandom(seed)
  const shape = arrival === 'gamma' ? burstiness : 1
  const gaps = Float64Array.from({ length: count }, () => drawGap(arrival, shape, random))
  const sum = gaps.reduce((total, gap) => total + gap, 0)
  const times = new Float64Array(count)
  let drawn = 0
  for (let index = 0; index < count; index += 1) {
    times[index] = timeOf((drawn / sum) * count, count, options)
    drawn += gaps[index]!
  }
  // A ramp over the requests that the time cuts short keeps its slope.
  return options.ramp !== undefined && options.durationMs !== undefined
    ? times.filter((time) => time < options.durationMs!)
    : times
}

/** In units of the mean gap. */
export const drawGap = (arrival: ScheduleOptions['arrival'], shape: number, random: Random): number => {
  if (arrival === 'constant') return 1
  return arrival === 'poisson' ? -Math.log(1 - random()) : drawGamma(shape, random) / shape
}

/** When `passed` requests are due: the inverse of the rate's integral, whose beginning is the ramp's triangle. */
const timeOf = (passed: number, count: number, { rate, rampUpMs = 0, ramp }: ScheduleOptions): number => {
  if (ramp !== undefined) return rampedTime(passed, count, ramp)
  const perMs = rate / 1000
  const inRamp = (perMs * rampUpMs) / 2
  return passed < inRamp ? Math.sqrt((2 * rampUpMs * passed) / perMs) : rampUpMs + (passed - inRamp) / perMs
}

/** Beyond this a schedule does not fit into memory together with its samples. */
export const maxArrivals = 10_000_000

const countArrivals = ({
  rate,
  requests,
  durationMs,
  rampUpMs = 0,
  ramp: whole,
}: ScheduleOptions): number => {
  if (whole !== undefined) return countRamped(whole, requests, durationMs)
  const perMs = rate / 1000
  const ramp = Math.min(durationMs ?? 0, rampUpMs)
  const inDuration =
    durationMs === undefined
      ? Number.POSITIVE_INFINITY
      : Math.round((rampUpMs === 0 ? 0 : (perMs * ramp ** 2) / (2 * rampUpMs)) + perMs * (durationMs - ramp))
  return Math.max(1, Math.min(requests ?? Number.POSITIVE_INFINITY, inDuration, maxArrivals))
}

/** The ramp goes over the requests where their number is given, else over the time. */
const countRamped = (ramp: RateRamp, requests: number | undefined, durationMs: number | undefined): number =>
  Math.max(1, Math.min(requests ?? Math.floor(rampedCount(durationMs ?? 0, ramp)), maxArrivals))
