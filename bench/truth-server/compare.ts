import type { Sample } from '../record/samples.ts'
import type { BenchResult } from '../result.ts'
import type { Truth } from './truth.ts'

/** Measured less true, in milliseconds, request by request. */
export type Errors = { ttft: number[]; tpot: number[]; e2e: number[] }

export type Comparison = {
  errors: Errors
  /** Of all answers together: gaps between writes with output as the server made them. */
  trueGaps: { count: number; sum: number; max: number }
  trueTpot: number[]
  trueEvents: number
  trueTokens: number
}

/** Lays the samples of a run over what the server knows of the same requests. */
export const compareWithTruth = (result: BenchResult, truths: Truth[]): Comparison => {
  const byIndex = new Map(truths.flatMap((truth) => entryOf(truth)))
  const comparison: Comparison = {
    errors: { ttft: [], tpot: [], e2e: [] },
    trueGaps: { count: 0, sum: 0, max: 0 },
    trueTpot: [],
    trueEvents: 0,
    trueTokens: 0,
  }
  for (const sample of result.samples) {
    const truth = byIndex.get(sample.index)
    if (truth === undefined) throw new RangeError(`the server has not seen request ${sample.index}`)
    compareSample(comparison, sample, truth, result.monotonic_origin_ms ?? 0)
  }
  return comparison
}

const compareSample = (
  comparison: Comparison,
  sample: Sample,
  { outputs, tokens: trueTokens }: Truth,
  origin: number,
): void => {
  const { errors, trueGaps, trueTpot } = comparison
  const [first, last] = [outputs[0], outputs.at(-1)]
  if (first === undefined || last === undefined) return
  const start = origin + sample.start
  if (sample.ttft !== undefined) errors.ttft.push(sample.ttft - (first - start))
  if (sample.error !== undefined || sample.e2e === undefined) return
  errors.e2e.push(sample.e2e - (last - start))
  comparison.trueEvents += outputs.length
  comparison.trueTokens += trueTokens
  for (const gap of gapsOf(outputs)) {
    trueGaps.count += 1
    trueGaps.sum += gap
    trueGaps.max = Math.max(trueGaps.max, gap)
  }
  const tokens = sample.output_tokens ?? 0
  if (tokens < 2 || sample.ttft === undefined) return
  const tpot = (last - first) / (tokens - 1)
  trueTpot.push(tpot)
  errors.tpot.push((sample.e2e - sample.ttft) / (tokens - 1) - tpot)
}

/** Events of one write have one time and no gap between them. */
const gapsOf = (outputs: number[]): number[] => {
  const writes = [...new Set(outputs)]
  return writes.slice(1).map((time, index) => time - writes[index]!)
}

/** Built-in prompts begin `[abcd-17]`; those of the warm-up `[abcd-w17]` and stay out. */
const entryOf = (truth: Truth): [number, Truth][] => {
  const index = /^\[[0-9a-f]+-(\d+)\]/.exec(truth.prompt)?.[1]
  return index === undefined ? [] : [[Number(index), truth]]
}
