import type { RampStrategy, RateRamp } from '../arrivals/rate-ramp.ts'
import { AppError } from '../../src/errors.ts'

/** The flags as they were typed. */
export type RampFlags = {
  strategy?: RampStrategy | undefined
  startRps?: string | undefined
  endRps?: string | undefined
}

const mostRate = 100_000

/** vLLM's three flags, which mean something only together. `beside`: flags that say another load. */
export const decodeRateRamp = (
  { strategy, startRps, endRps }: RampFlags,
  beside: Record<string, unknown>,
): RateRamp | undefined => {
  if (strategy === undefined && startRps === undefined && endRps === undefined) return undefined
  if (strategy === undefined || startRps === undefined || endRps === undefined) {
    const missing = Object.entries({ strategy, 'start-rps': startRps, 'end-rps': endRps })
      .filter(([, value]) => value === undefined)
      .map(([name]) => `--ramp-up-${name}`)
    throw refuse('ramp-up-strategy', `a ramp from one rate to another needs ${missing.join(' and ')} too`)
  }
  const other = Object.keys(beside).find((name) => beside[name] !== undefined)
  if (other !== undefined) {
    throw refuse(
      'ramp-up-strategy',
      `--ramp-up-strategy says what the rate is in all of the run, and --${other} says something else; leave one of them out`,
    )
  }
  return { strategy, from: decodeRate('ramp-up-start-rps', startRps), to: decodeRate('ramp-up-end-rps', endRps) } // prettier-ignore
}

const decodeRate = (flag: string, text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && value > 0 && value <= mostRate) return value
  throw refuse(
    flag,
    `--${flag} ${text}: expected requests per second above 0, up to ${mostRate}; at a rate of 0 the next request would never be due`,
  )
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
