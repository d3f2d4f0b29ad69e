import type { Engine, EngineLoader } from '../engine/engine.ts'
import type { MeterArguments, MeterMessage, MeterModel, MeterTest } from './meter-test.ts'
import { createPromptSource } from './prompt-source.ts'
import { timeTest } from './time-test.ts'

/**
 * Runs all tests, those with as many sequences on one engine: slots that nobody uses would make the cache larger than
 * it needs to be. Each test runs once before it counts.
 */
export const measureEngine = async (
  given: MeterArguments,
  loader: EngineLoader,
  tell: (message: MeterMessage) => void,
): Promise<void> => {
  let isKnown = false
  for (const [batch, tests] of Map.groupBy(given.tests, (test) => test.batch)) {
    const engine = await loadFor(batch, tests, given, loader)
    try {
      if (!isKnown) tell({ type: 'loaded', model: describeModel(engine) })
      isKnown = true
      await measureTests(engine, tests, given.repetitions, tell)
    } finally {
      await engine.close()
    }
  }
  tell({ type: 'finished' })
}

const measureTests = async (
  engine: Engine,
  tests: MeterTest[],
  repetitions: number,
  tell: (message: MeterMessage) => void,
): Promise<void> => {
  const prompts = createPromptSource(engine.info.vocabularySize)
  for (const test of tests) {
    const milliseconds: number[] = []
    for (let run = 0; run <= repetitions; run += 1) {
      tell({ type: 'progress', test, done: run })
      const taken = await timeTest(engine, test, prompts)
      if (run > 0) milliseconds.push(taken)
    }
    tell({ type: 'measured', test, milliseconds, threads: engine.status().threads ?? null })
  }
}

const loadFor = (
  batch: number,
  tests: MeterTest[],
  { source, threads, batchTokens, gpuLayers }: MeterArguments,
  loader: EngineLoader,
): Promise<Engine> =>
  loader.load(
    {
      source,
      // The held tokens, the timed ones, and one more: a prefill ends with a sampled token, a decode begins with one.
      contextLength: Math.max(...tests.map(({ depth, tokens }) => depth + tokens + 1)),
      parallel: batch,
      threads,
      batchTokens,
      gpuLayers,
    },
    { signal: new AbortController().signal, onProgress() {} },
  )

const describeModel = ({ info }: Engine): MeterModel => ({
  architecture: info.architecture,
  quantization: info.quantization ?? null,
  parameters: info.parameters ?? null,
  size_bytes: info.sizeBytes,
  trained_context_length: info.trainedContextLength,
})
