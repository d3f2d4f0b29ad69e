import type { Engine } from '../src/engine/engine.ts'
import type { Runner } from './engine-runner.ts'

const never = new AbortController().signal

export function createOwnRunner(engine: Engine, tokens: number): Runner {
  const countTokens = () => engine.status().counters.decodeTokens
  async function generate(prompt: number[], onFirst: () => void): Promise<void> {
    const prepared = await engine.prepare({
      prompt: { kind: 'tokens', tokens: prompt },
      sampling: { temperature: 0 },
      maxTokens: tokens,
      stop: [],
      ignoreEos: true,
    })
    // The step that ends a prompt also samples its first token.
    for await (const event of prepared.generate(0, never)) {
      if (event.type === 'prompt-progress' && event.processed === event.total) onFirst()
    }
  }
  return {
    async run(prompts) {
      const before = countTokens()
      const started = performance.now()
      let first = { at: started, tokens: before }
      await Promise.all(
        prompts.map((prompt) =>
          generate(prompt, () => (first = { at: performance.now(), tokens: countTokens() })),
        ),
      )
      const ended = performance.now()
      return {
        total: ((countTokens() - before) / (ended - started)) * 1000,
        decode: ((countTokens() - first.tokens) / (ended - first.at)) * 1000,
      }
    },
    close: () => engine.close(),
  }
}
