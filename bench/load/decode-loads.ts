import { AppError } from '../../src/errors.ts'
import { maxArrivals, type Arrival } from '../arrivals/schedule.ts'
import { rampedCount, type RateRamp } from '../arrivals/rate-ramp.ts'
import type { ClosedLoad, Load, OpenLoad } from '../options.ts'
import { decodeRateRamp, type RampFlags } from './decode-rate-ramp.ts'

/** The flags as they were typed; times are read already. */
export type LoadFlags = {
  concurrency: string | undefined
  requestRate: string | undefined
  arrival: Arrival | undefined
  burstiness: string | undefined
  requests: number | undefined
  durationMs: number | undefined
  rampUpMs: number | undefined
} & RampFlags

const defaultConcurrency = 4
/** More connections than this one process cannot serve in time; in an open loop the most in flight without a wish. */
export const maxConcurrency = 4096
const maxRate = 100_000
/** Neither a count nor a time was given: as much as this brings. */
const defaultSeconds = 10
const requestsPerConnection = 10

/** One load for each level asked for: several concurrencies or several rates are a sweep. */
export const decodeLoads = (flags: LoadFlags): Load[] => {
  const { requests, durationMs, rampUpMs, requestRate } = flags
  const limits = {
    ...(requests !== undefined && { requests }),
    ...(durationMs !== undefined && { durationMs }),
  }
  const unlimited = requests === undefined && durationMs === undefined
  const concurrencies = decodeList('concurrency', flags.concurrency, decodeConcurrency)
  const ramp = decodeRateRamp(flags, { 'request-rate': requestRate, 'ramp-up': rampUpMs })
  if (ramp !== undefined) return decodeOpenLoads({ ...flags, requestRate: String(ramp.to) }, concurrencies, limits, ramp) // prettier-ignore
  if (requestRate !== undefined) return decodeOpenLoads(flags, concurrencies, limits)
  assertClosedFlags(flags)
  return (concurrencies ?? [defaultConcurrency]).map((concurrency): ClosedLoad => {
    const count = unlimited ? { requests: requestsPerConnection * concurrency } : limits
    return { mode: 'closed', concurrency, ...count, ...(rampUpMs !== undefined && { rampUpMs }) }
  })
}

const decodeOpenLoads = (
  flags: LoadFlags,
  concurrencies: number[] | undefined,
  limits: Pick<OpenLoad, 'requests' | 'durationMs'>,
  ramp?: RateRamp,
): OpenLoad[] => {
  if (concurrencies !== undefined && concurrencies.length > 1) {
    throw refuse(
      'concurrency',
      '--concurrency has several values and --request-rate is given: beside a rate it is the most in flight. Give one',
    )
  }
  const burstiness = decodeBurstiness(flags)
  const arrival = flags.arrival ?? (burstiness === 1 ? 'poisson' : 'gamma')
  return decodeList('request-rate', flags.requestRate, decodeRate)!.map((rate) => {
    const count =
      Object.keys(limits).length === 0
        ? { requests: Math.max(10, Math.ceil(defaultCount(rate, ramp))) }
        : limits
    assertFits(Math.max(rate, ramp?.from ?? 0), count)
    return {
      mode: 'open',
      arrival,
      rate,
      burstiness,
      maxConcurrency: concurrencies?.[0] ?? maxConcurrency,
      ...count,
      ...(flags.rampUpMs !== undefined && { rampUpMs: flags.rampUpMs }),
      ...(ramp !== undefined && { ramp }),
    }
  })
}

const defaultCount = (rate: number, ramp: RateRamp | undefined): number =>
  ramp === undefined ? defaultSeconds * rate : rampedCount(defaultSeconds * 1000, ramp)

const assertFits = (
  rate: number,
  { requests, durationMs }: Pick<OpenLoad, 'requests' | 'durationMs'>,
): void => {
  const count = Math.min(
    requests ?? Number.POSITIVE_INFINITY,
    (rate * (durationMs ?? Number.POSITIVE_INFINITY)) / 1000,
  )
  if (count <= maxArrivals) return
  throw refuse(
    'request-rate',
    `${count.toLocaleString('en-US')} requests are more than one run can plan (${maxArrivals.toLocaleString('en-US')}); shorten --duration`,
  )
}

/** A flag that would do nothing is a misunderstanding. */
const assertClosedFlags = ({ arrival, burstiness }: LoadFlags): void => {
  const unused = (arrival !== undefined && 'arrival') || (burstiness !== undefined && 'burstiness')
  if (unused !== false)
    throw refuse(unused, `--${unused} needs --request-rate: it is about arrivals on a schedule`)
}

const decodeBurstiness = ({ burstiness, arrival }: LoadFlags): number => {
  if (burstiness === undefined) return 1
  const value = Number(burstiness)
  if (!(value >= 0.01 && value <= 1000)) {
    throw refuse(
      'burstiness',
      `--burstiness must be a number from 0.01 to 1000, not "${burstiness}"; below 1 comes in bursts`,
    )
  }
  if (arrival !== undefined && arrival !== 'gamma') {
    throw refuse(
      'burstiness',
      `--burstiness shapes gamma arrivals, and --arrival is ${arrival}; leave one of them out`,
    )
  }
  return value
}

const decodeConcurrency = (text: string): number | undefined => {
  const value = Number(text)
  return Number.isInteger(value) && value >= 1 && value <= maxConcurrency ? value : undefined
}

const decodeRate = (text: string): number | undefined => {
  const value = Number(text)
  return value > 0 && value <= maxRate ? value : undefined
}

const expected = {
  concurrency: `a whole number from 1 to ${maxConcurrency}, or several such as 1,4,16`,
  'request-rate': `requests per second up to ${maxRate}, or several such as 1,2,4; for no pause at all use --concurrency`,
}

const decodeList = (
  flag: keyof typeof expected,
  text: string | undefined,
  decode: (part: string) => number | undefined,
): number[] | undefined =>
  text?.split(',').map((part) => {
    const value = part.trim() === '' ? undefined : decode(part)
    if (value !== undefined) return value
    throw refuse(flag, `--${flag} ${text}: "${part}" does not fit; expected ${expected[flag]}`)
  })

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
