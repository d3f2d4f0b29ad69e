import { rampOf } from '../ramp-of.ts'
import type { BenchResult } from '../result.ts'
import type { Sample } from '../record/samples.ts'

/** Whether the requests of a run kept the limits, in the order of sending, and how many of them shared a fate. */
export type KeptSeries = { kept: boolean[]; inFlight: number }

/**
 * Without the run's beginning: as long as the ramp lasts, and for as many requests as are in flight together after
 * it, the server's queue is still filling, which flatters it; of what comes after the ramp at most half. Empty where
 * the ramp was never over, undefined where a result does not say of each request whether it kept the limits.
 */
export const keptSeries = (result: BenchResult): KeptSeries | undefined => {
  if (!known.has(result)) known.set(result, readSeries(result))
  return known.get(result)
}

/** A search and its reports ask for the same runs again and again, and a run may have very many requests. */
const known = new WeakMap<BenchResult, KeptSeries | undefined>()

const readSeries = ({ samples, configuration }: BenchResult): KeptSeries | undefined => {
  const ended = samples
    .filter((sample): sample is Sample & { good: boolean } => sample.good !== undefined)
    .toSorted((left, right) => startOf(left) - startOf(right))
  if (ended.length < 2) return undefined
  const { ms } = rampOf(configuration)
  const full = ended.filter((sample) => startOf(sample) - startOf(ended[0]!) >= ms)
  const inFlight = meanInFlight(ended)
  const filling = Math.min(Math.round(inFlight), Math.floor(full.length / 2))
  return { kept: full.slice(filling).map(({ good }) => good), inFlight }
}

const startOf = ({ due, start }: Sample): number => due ?? start

/** Little's law: the time of all requests over that of the run. */
const meanInFlight = (samples: Sample[]): number => {
  const took = samples.reduce((sum, sample) => sum + sample.end - startOf(sample), 0)
  const last = samples.reduce((most, { end }) => Math.max(most, end), 0)
  return Math.max(1, took / Math.max(last - startOf(samples[0]!), 1e-3))
}
