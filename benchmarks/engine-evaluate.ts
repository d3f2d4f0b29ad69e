import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import type { Runner } from './engine-runner.ts'

export type EvaluateOptions = {
  sequences: number
  contextLength: number
  threads: number
  batchTokens: number
  tokens: number
}

/** node-llama-cpp's public way to generate, with its default batching. */
export async function createEvaluateRunner(model: LlamaModel, options: EvaluateOptions): Promise<Runner> {
  const context = await model.createContext({
    contextSize: options.contextLength,
    sequences: options.sequences,
    batchSize: options.batchTokens,
    threads: options.threads,
  })
  const sequences = Array.from({ length: options.sequences }, () => context.getSequence())
  let generated = 0
  async function generate(
    sequence: LlamaContextSequence,
    prompt: number[],
    onFirst: () => void,
  ): Promise<void> {
    await sequence.clearHistory()
    let count = 0
    const tokens = sequence.evaluate(prompt as Token[], { temperature: 0, yieldEogToken: true })
    for await (const _ of tokens) {
      generated++
      if (++count === 1) onFirst()
      if (count === options.tokens) return
    }
  }
  return {
    async run(prompts) {
      generated = 0
      const started = performance.now()
      let first = { at: started, tokens: 0 }
      await Promise.all(
        prompts.map((prompt, index) =>
          generate(sequences[index]!, prompt, () => (first = { at: performance.now(), tokens: generated })),
        ),
      )
      const ended = performance.now()
      return {
        total: (generated / (ended - started)) * 1000,
        decode: ((generated - first.tokens) / (ended - first.at)) * 1000,
      }
    },
    close: () => context.dispose(),
  }
}
