import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import {
  coefficientOfVariation,
  gapDistribution,
  kolmogorovSmirnov,
} from '../bench/arrivals/distributions.ts'
import type { Arrival } from '../bench/arrivals/schedule.ts'
import type { BenchOptions } from '../bench/options.ts'
import type { DispatchSummary } from '../bench/record/dispatch-summary.ts'
import type { BenchResult } from '../bench/result.ts'
import { runBench } from '../bench/run.ts'
import { behaviours } from '../bench/truth-server/behaviours.ts'
import { compareWithTruth } from '../bench/truth-server/compare.ts'
import type { Shape } from '../bench/truth-server/streams.ts'
import type { Truth } from '../bench/truth-server/truth.ts'

type Spread = { median: number; worst: number }
export type AccuracyRow = {
  name: string
  says: string
  failure: string | undefined
  sent: number
  succeeded: number
  failed: number
  kinds: string
  outputTokens: number
  trueTokens: number
  ttft: Spread
  e2e: Spread
  tpot: Spread
  itl: string
  lagMs: number
}

/** The server in a process of its own, as servers are. */
export const startTruthProcess = async ({
  tokens,
  firstMs,
  gapMs,
}: Shape): Promise<{ url: string; stop(): void }> => {
  const main = join(import.meta.dirname, '..', 'bench', 'truth-server', 'main.ts')
  const child = fork(main, ['0', String(tokens), String(firstMs), String(gapMs)])
  const [url] = (await once(child, 'message')) as [string]
  return { url, stop: () => void child.kill() }
}

export const readTruths = async (url: string): Promise<Truth[]> => {
  const response = await fetch(new URL('/truth', url))
  return (await response.json()) as Truth[]
}

export const optionsFor = (url: string, model: string, load: BenchOptions['load']): BenchOptions => ({
  url,
  model,
  endpoint: behaviours[model]?.endpoint ?? 'chat',
  stream: model !== 'embeddings',
  load,
  prompts: { kind: 'built-in' },
  sampling: { ignoreEos: false },
  timeoutMs: 60_000,
})

export const runQuietly = (options: BenchOptions): Promise<BenchResult> =>
  runBench(options, { signal: new AbortController().signal, version: 'accuracy', argv: [] })

export const measureBehaviour = async (
  url: string,
  name: string,
  load: { concurrency: number; requests: number },
): Promise<AccuracyRow> => {
  const { says, failure } = behaviours[name]!
  // Where every answer fails a warm-up would too, and nothing would be measured.
  const warmUp = failure === undefined ? {} : { warmUp: 0 }
  const result = await runQuietly({ ...optionsFor(url, name, { mode: 'closed', ...load }), ...warmUp })
  const truths = (await readTruths(url)).filter(({ behaviour }) => behaviour === name)
  const { errors, trueTokens } = compareWithTruth(result, truths)
  return {
    name,
    says,
    failure,
    ...result.requests,
    kinds: result.errors.map(({ kind }) => kind).join(', '),
    outputTokens: result.tokens.output,
    trueTokens,
    ttft: spreadOf(errors.ttft),
    e2e: spreadOf(errors.e2e),
    tpot: spreadOf(errors.tpot),
    itl: result.latency.itl === null ? 'none' : `${result.latency.itl.mean.toFixed(2)} ms`,
    lagMs: result.self_check.loop_lag_max_ms,
  }
}

const spreadOf = (values: number[]): Spread => ({
  median: values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN,
  worst: values.toSorted((left, right) => Math.abs(left) - Math.abs(right)).at(-1) ?? Number.NaN,
})

export type ArrivalRow = {
  arrival: Arrival
  rate: number
  requests: number
  cv: number
  probability: number | undefined
} & DispatchSummary

/** What really left, against what was asked: the distribution of the gaps between dispatches. */
export const measureArrivals = async (
  url: string,
  arrival: Arrival,
  rate: number,
  requests: number,
): Promise<ArrivalRow> => {
  const burstiness = arrival === 'gamma' ? 0.5 : 1
  const load = { mode: 'open', arrival, rate, burstiness, requests, maxConcurrency: 4096 } as const
  const result = await runQuietly({
    ...optionsFor(url, 'plain', load),
    sampling: { seed: 1, ignoreEos: false },
  })
  const starts = result.samples.map(({ start }) => start).toSorted((left, right) => left - right)
  const gaps = starts.slice(1).map((start, index) => start - starts[index]!)
  return {
    arrival,
    rate,
    requests,
    cv: coefficientOfVariation(gaps),
    probability:
      arrival === 'constant'
        ? undefined
        : kolmogorovSmirnov(
            gaps.map((gap) => (gap * rate) / 1000),
            gapDistribution(arrival, burstiness),
          ),
    ...result.dispatch!,
  }
}
