import { llamaCppLoader } from '../src/engines/llama-cpp/loader.ts'
import { startNative } from '../src/engines/llama-cpp/native.ts'
import { createEvaluateRunner } from './engine-evaluate.ts'
import { createOwnRunner } from './engine-own.ts'
import type { Runner, Speed } from './engine-runner.ts'
import { createPrompts } from './http-load.ts'
import { median } from './median.ts'

export type BenchOptions = {
  model: string
  sequences: number[]
  promptTokens: number
  tokens: number
  threads: number | undefined
  rounds: number
}

export type Result = {
  sequences: number
  own: Speed
  evaluate: Speed
  /** Medians of the rounds' ratios. */
  ratio: Speed
  /** Decode steps of our engine by how many sequences got a token, all rounds together. */
  stepsByBatchSize: Record<number, number>
}

const batchTokens = 512

export async function measureEngines(options: BenchOptions, log: (line: string) => void): Promise<Result[]> {
  const { llama } = await startNative()
  // Both with the same fixed number, and one core left to others: threads that must wait for one spin.
  const threads = options.threads ?? Math.max(1, llama.cpuMathCores - 1)
  const model = await llama.loadModel({ modelPath: options.model })
  const results: Result[] = []
  for (const sequences of options.sequences) {
    const contextLength = options.promptTokens + options.tokens + 1
    const engine = await llamaCppLoader.load(
      { source: options.model, contextLength, parallel: sequences, threads, batchTokens, gpuLayers: 'auto' },
      { signal: new AbortController().signal, onProgress() {} },
    )
    const own = createOwnRunner(engine, options.tokens)
    const evaluate = await createEvaluateRunner(model, {
      sequences,
      contextLength,
      threads,
      batchTokens,
      tokens: options.tokens,
    })
    results.push(await measureRounds(options, sequences, { own, evaluate }, () => engine.status(), log))
    await own.close()
    await evaluate.close()
  }
  await model.dispose()
  return results
}

async function measureRounds(
  { rounds, promptTokens }: BenchOptions,
  sequences: number,
  runners: { own: Runner; evaluate: Runner },
  status: () => { counters: { stepsByBatchSize: Record<number, number> } },
  log: (line: string) => void,
): Promise<Result> {
  const seen: { own: Speed; evaluate: Speed }[] = []
  await runners.own.run(createPrompts(sequences, promptTokens, 0))
  await runners.evaluate.run(createPrompts(sequences, promptTokens, 0))
  const before = status().counters.stepsByBatchSize
  for (let round = 1; round <= rounds; round++) {
    const prompts = createPrompts(sequences, promptTokens, round)
    const ownFirst = round % 2 === 1
    const early = ownFirst ? await runners.own.run(prompts) : await runners.evaluate.run(prompts)
    const late = ownFirst ? await runners.evaluate.run(prompts) : await runners.own.run(prompts)
    const speeds = ownFirst ? { own: early, evaluate: late } : { own: late, evaluate: early }
    seen.push(speeds)
    const [own, evaluate] = [speeds.own.total, speeds.evaluate.total].map((speed) => speed.toFixed(1))
    log(`${sequences} sequences, round ${round}: ${own} and ${evaluate} tokens/s`)
  }
  return {
    sequences,
    own: medians(seen.map((speeds) => speeds.own)),
    evaluate: medians(seen.map((speeds) => speeds.evaluate)),
    ratio: medians(
      seen.map(({ own, evaluate }) => ({
        total: own.total / evaluate.total,
        decode: own.decode / evaluate.decode,
      })),
    ),
    stepsByBatchSize: subtract(status().counters.stepsByBatchSize, before),
  }
}

const subtract = (after: Record<number, number>, before: Record<number, number>): Record<number, number> =>
  Object.fromEntries(
    Object.entries(after)
      .map(([size, steps]) => [size, steps - (before[Number(size)] ?? 0)])
      .filter(([, steps]) => steps !== 0),
  )

const medians = (speeds: Speed[]): Speed => ({
  total: median(speeds.map((speed) => speed.total)),
  decode: median(speeds.map((speed) => speed.decode)),
})
