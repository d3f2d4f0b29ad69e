import type { Sample } from '../record/samples.ts'

export type Series = {
  /** Output per bin of time: tokens, or requests where tokens are not counted. */
  output: number[]
  binMs: number
  /** Per request in the order of their starts: TTFT, or E2E where nothing was streamed. */
  starts: number[]
  latencies: number[]
}

/** Fewer requests than this in a bin would make the bins' own noise the loudest thing in them. */
const requestsPerBin = 3
const [fewestBins, mostBins] = [40, 200]

/** `from` and `to` in the samples' own time, in milliseconds. */
export const createSeries = (samples: Sample[], from: number, to: number): Series => {
  const good = samples
    .filter(({ error, start, due }) => error === undefined && (due ?? start) >= from && (due ?? start) < to)
    .toSorted((left, right) => startOf(left) - startOf(right))
  return {
    ...createOutput(samples, from, to),
    starts: good.map(startOf),
    latencies: good.map(({ ttft, e2e }) => ttft ?? e2e ?? 0),
  }
}

const startOf = ({ due, start }: Sample): number => due ?? start

/**
 * An answer's tokens are spread over the time from its first output to its end: counted where it ended they would
 * come in waves, because the answers of a closed loop tend to end together.
 */
const createOutput = (samples: Sample[], from: number, to: number): Pick<Series, 'output' | 'binMs'> => {
  const bins = Math.min(mostBins, Math.max(fewestBins, Math.floor(samples.length / requestsPerBin)))
  const binMs = (to - from) / bins
  const output = Array.from({ length: bins }, () => 0)
  for (const sample of samples) {
    if (sample.error === undefined) spread(output, sample, from, binMs)
  }
  return { output, binMs }
}

const spread = (output: number[], sample: Sample, from: number, binMs: number): void => {
  const tokens = sample.output_tokens ?? 1
  const [first, last] = outputSpan(sample)
  const perMs = tokens / Math.max(last - first, 1e-3)
  const firstBin = Math.max(0, Math.floor((first - from) / binMs))
  for (let bin = firstBin; bin < output.length && from + bin * binMs < last; bin += 1) {
    const begin = Math.max(first, from + bin * binMs)
    const end = Math.min(last, from + (bin + 1) * binMs)
    if (end > begin) output[bin]! += perMs * (end - begin)
  }
}

/** When the output of an answer came. */
export const outputSpan = (sample: Sample): [number, number] => {
  const origin = startOf(sample)
  const last = sample.e2e === undefined ? sample.end : origin + sample.e2e
  return [sample.ttft === undefined ? sample.start : origin + sample.ttft, last]
}
