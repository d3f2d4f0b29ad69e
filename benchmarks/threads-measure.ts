import { availableParallelism } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { LlamaCppEngine } from '../src/engines/llama-cpp/engine.ts'
import { llamaCppLoader } from '../src/engines/llama-cpp/loader.ts'
import { median } from './median.ts'
import { measureLoad, type StreamLengths } from './threads-load.ts'
import { startNeighbour } from './threads-neighbour.ts'

export const situations = ['idle', 'busy', 'comes and goes'] as const
export type Situation = (typeof situations)[number]

export type BenchOptions = StreamLengths & {
  model: string
  sequences: number[]
  situations: Situation[]
  rounds: number
  seconds: number
}

export type Result = {
  situation: Situation
  sequences: number
  /** Medians of the rounds, tokens/s; fixed counts from 1 on. */
  fixed: number[]
  governed: number
  /** Median of governed to the best fixed count, which is one count for all rounds. */
  ratio: number
}

export async function measureThreads(options: BenchOptions, log: (line: string) => void): Promise<Result[]> {
  const results: Result[] = []
  for (const sequences of options.sequences) {
    for (const situation of options.situations) {
      const fixed = await load(options, sequences, 1)
      const governed = await load(options, sequences, undefined)
      results.push(await measureRounds(options, { situation, sequences }, { fixed, governed }, log))
      await fixed.close()
      await governed.close()
    }
  }
  return results
}

const load = (options: BenchOptions, sequences: number, threads: number | undefined) =>
  llamaCppLoader.load(
    {
      source: options.model,
      contextLength: options.promptTokens + options.tokens + 1,
      parallel: sequences,
      threads,
      batchTokens: 512,
      gpuLayers: 0,
    },
    { signal: new AbortController().signal, onProgress() {} },
  )

async function measureRounds(
  options: BenchOptions,
  { situation, sequences }: Pick<Result, 'situation' | 'sequences'>,
  engines: { fixed: LlamaCppEngine; governed: LlamaCppEngine },
  log: (line: string) => void,
): Promise<Result> {
  const cores = availableParallelism()
  // Fixed counts 1..cores, then governed.
  const rates: number[][] = Array.from({ length: cores + 1 }, () => [])
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn <= cores; turn++) {
      const variant = (turn + round) % (cores + 1)
      const engine = variant === cores ? engines.governed : engines.fixed
      if (variant < cores) engines.fixed.setThreads(variant + 1)
      rates[variant]!.push(await measureIn(situation, options, engine, sequences))
    }
    const line = rates.map((values) => values.at(-1)!.toFixed(1)).join(', ')
    log(`${situation}, ${sequences} sequences, round ${round + 1}: 1 to ${cores} threads, governed: ${line}`)
  }
  const governed = rates.pop()!
  const fixed = rates.map(median)
  const best = rates[fixed.indexOf(Math.max(...fixed))]!
  const ratio = median(governed.map((rate, round) => rate / best[round]!))
  return { situation, sequences, fixed, governed: median(governed), ratio }
}

async function measureIn(
  situation: Situation,
  options: BenchOptions,
  engine: LlamaCppEngine,
  sequences: number,
): Promise<number> {
  const milliseconds = options.seconds * 1000
  const run = () => measureLoad(engine, sequences, options, milliseconds)
  if (situation === 'idle') return run()
  if (situation === 'busy') {
    const neighbour = await startNeighbour()
    const rate = await run()
    await neighbour.leave()
    return rate
  }
  const visit = async () => {
    await pause(milliseconds / 3)
    const neighbour = await startNeighbour()
    await pause(milliseconds / 3)
    await neighbour.leave()
  }
  const [rate] = await Promise.all([run(), visit()])
  return rate
}
