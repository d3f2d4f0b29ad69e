import type { Engine, Prepared } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import type { MeterTest } from './meter-test.ts'
import type { PromptSource } from './prompt-source.ts'

const never = new AbortController().signal

/**
 * Times one repetition, in milliseconds. What is held already (`depth`) is read before the clock starts; what is timed
 * was never seen before, and all sequences begin in one step. Rejects when the engine did something else.
 */
export const timeTest = async (engine: Engine, test: MeterTest, prompts: PromptSource): Promise<number> => {
  const held = prompts.held(test)
  if (test.depth > 0) await runAll(await prepareAll(engine, held, 1))
  const [own, answer] = test.kind === 'prefill' ? [test.tokens, 1] : [1, test.tokens]
  const asked = held.map((tokens) => [...tokens, ...prompts.fresh(own)])
  const prepared = await prepareAll(engine, asked, answer)
  const before = engine.status().counters
  const started = performance.now()
  await runAll(prepared)
  const milliseconds = performance.now() - started
  assertAsPlanned(test, before, engine.status().counters)
  return milliseconds
}

const prepareAll = (engine: Engine, prompts: number[][], maxTokens: number): Promise<Prepared[]> =>
  Promise.all(
    prompts.map((tokens) =>
      engine.prepare({
        prompt: { kind: 'tokens', tokens },
        sampling: { temperature: 0 },
        maxTokens,
        stop: [],
        ignoreEos: true,
      }),
    ),
  )

/** All are read from the same tick on, so that their first step is one. */
const runAll = async (prepared: Prepared[]): Promise<void> => {
  await Promise.all(
    prepared.map(async (request) => {
      for await (const _ of request.generate(0, never)) continue
    }),
  )
}

type Counters = ReturnType<Engine['status']>['counters']

/** By the engine's own count: a prompt from a cache, or sequences that ran one after the other, would flatter it. */
const assertAsPlanned = (
  { kind, tokens, depth, batch }: MeterTest,
  before: Counters,
  after: Counters,
): void => {
  const read = after.prefillTokens - before.prefillTokens
  const cached = after.cachedTokens - before.cachedTokens
  const own = kind === 'prefill' ? tokens : 1
  if (read !== own * batch || cached !== depth * batch) {
    throw new AppError(
      'engine_failed',
      `the engine read ${read} tokens and took ${cached} from its cache, where ${own * batch} and ${depth * batch} were planned: it cannot be measured so. A model with sliding window attention holds no depth beyond its window`,
    )
  }
  if (kind === 'prefill') return
  const size = (counters: Counters): number => counters.stepsByBatchSize[batch] ?? 0
  const [together, steps] = [size(after) - size(before), after.steps - before.steps]
  if (together === tokens && steps === tokens) return
  throw new AppError(
    'engine_failed',
    `${together} of ${steps} steps had ${batch} sequences, where ${tokens} were planned: they did not run together`,
  )
}
