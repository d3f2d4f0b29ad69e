import type { Sample } from '../record/samples.ts'
import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import type { Clock } from './clock.ts'

/** All requests on one clock, numbered anew in the order in which they were sent. */
export const poolSamples = (runs: BenchResult[], { offsets }: Clock): Sample[] => {
  const shifted = runs.flatMap(({ samples }, run) => samples.map((sample) => shift(sample, offsets[run]!)))
  const sent = shifted.toSorted((left, right) => left.start - right.start)
  for (const [index, sample] of sent.entries()) sample.index = index
  return sent.toSorted((left, right) => left.end - right.end)
}

const shift = (sample: Sample, offset: number): Sample => ({
  ...sample,
  ...(sample.due !== undefined && { due: round(sample.due + offset) }),
  start: round(sample.start + offset),
  end: round(sample.end + offset),
})
