import { noRamp, type Ramp } from './ramp.ts'
import type { Sample } from '../record/samples.ts'
import { findChange, type Change } from './change-point.ts'
import { cutBeginning, cutEnd } from './mser.ts'
import { createSeries, type Series } from './series.ts'

/** In the samples' own time, in milliseconds. */
export type SteadyWindow = { from: number; to: number }
export type SteadySearch = { window: SteadyWindow } | { reason: string }

/** Fewer cannot show a change of level, and so cannot show that there is none. */
const fewestRequests = 60
/** A smaller part of a run is an episode of it and not its steady state. */
const smallestShare = 0.5
/** A warm-up may take this share of a run, and a run-down that one; longer than that it is a change of level. */
const [mostBeginning, mostEnd] = [0.3, 0.25]

/**
 * The part of a run in which it kept its level, or why there is none. Beginning and end are cut by MSER-5, for the
 * output per time and for the latency of requests; what is left must not change its level (Pettitt's test). After the
 * last request was sent the load only runs out, so nothing behind it is looked at, and nothing before a ramp's end.
 */
export const findSteady = (samples: Sample[], ramp: Ramp = noRamp): SteadySearch => {
  if (ramp.whole) return { reason: 'the request rate changed all the time, as asked (--ramp-up-strategy)' }
  const starts = samples.map(({ due, start }) => due ?? start)
  const good = samples.filter(({ error }) => error === undefined).length
  if (good < fewestRequests)
    return { reason: `${good} answers are too few to tell (${fewestRequests} needed)` }
  const first = starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY)
  const begin = first + ramp.ms
  const end = starts.reduce((most, start) => Math.max(most, start), 0)
  if (end - first < 1) return { reason: 'all requests were sent at once' }
  if (end - begin < 1) return { reason: 'the last request was sent before the ramp was over' }
  const window = trim(createSeries(samples, begin, end), { from: begin, to: end })
  const share = (window.to - window.from) / (end - begin)
  if (share < smallestShare) {
    return {
      reason: `only ${(share * 100).toFixed(0)} % of the run is left when its beginning and end are cut`,
    }
  }
  const left = createSeries(samples, window.from, window.to)
  if (left.latencies.length < fewestRequests / 2) {
    return { reason: `only ${left.latencies.length} answers began between its beginning and its end` }
  }
  const change = describe('the output per second', findChange(left.output))
    ?? describe('the latency', findChange(left.latencies)) // prettier-ignore
  return change === undefined ? { window } : { reason: change }
}

const trim = ({ output, binMs, starts, latencies }: Series, { from, to }: SteadyWindow): SteadyWindow => {
  const early = starts[cutBeginning(latencies, mostBeginning)] ?? from
  const late = starts.at(-1 - cutEnd(latencies, mostEnd)) ?? to
  return {
    from: Math.max(early, from + cutBeginning(output, mostBeginning) * binMs),
    to: Math.min(late, to - cutEnd(output, mostEnd) * binMs),
  }
}

const describe = (what: string, change: Change | undefined): string | undefined => {
  if (change === undefined) return undefined
  const { at, before, after } = change
  const percent = Math.abs((after / before - 1) * 100).toFixed(0)
  return `${what} ${after > before ? 'rose' : 'fell'} by ${percent} % about ${(at * 100).toFixed(0)} % through`
}
