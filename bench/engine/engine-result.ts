import type { Environment } from '../result.ts'
import { round } from '../record/statistics.ts'

/** The `--json` document of `bench engine`. */
export type EngineResult = {
  schema: 'sluice.bench.engine'
  schema_version: 1
  sluice_version: string
  argv: string[]
  started_at: string
  environment: Environment
  /** Stopped by hand: what had been measured by then. */
  interrupted: boolean
  model: {
    file: string
    architecture: string
    quantization: string | null
    parameters: number | null
    size_bytes: number
    trained_context_length: number
  }
  tests: EngineFigures[]
}

export type EngineTest = { kind: 'prefill' | 'decode'; tokens: number; depth: number; batch: number }

export type EngineFigures = {
  /** As llama-bench writes it: `pp512`, `tg128 @ d1024`. */
  test: string
  kind: EngineTest['kind']
  /** Of each sequence. */
  tokens: number
  depth: number
  batch: number
  threads: number | null
  /** Of all sequences together. */
  tokens_per_second: {
    median: number
    min: number
    max: number
    mean: number
    stddev: number
    samples: number[]
  }
}

export const nameTest = ({ kind, tokens, depth }: EngineTest): string =>
  `${kind === 'prefill' ? 'pp' : 'tg'}${tokens}${depth === 0 ? '' : ` @ d${depth}`}`

export const summarizeTest = (
  test: EngineTest,
  milliseconds: number[],
  threads: number | null,
): EngineFigures => {
  const samples = milliseconds.map((taken) => round((test.tokens * test.batch * 1000) / taken))
  const sorted = samples.toSorted((left, right) => left - right)
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)]!,
    sorted[Math.ceil((sorted.length - 1) / 2)]!,
  ]
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0)
  return {
    test: nameTest(test),
    ...test,
    threads,
    tokens_per_second: {
      median: round((low + high) / 2),
      min: sorted[0]!,
      max: sorted.at(-1)!,
      mean: round(mean),
      // Of the repetitions as a sample, as llama-bench computes it; one alone has none.
      stddev: samples.length < 2 ? 0 : round(Math.sqrt(squares / (samples.length - 1))),
      samples,
    },
  }
}
