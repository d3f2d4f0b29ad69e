import type { AskModel } from '../moderation/model-judge.ts'
import type { ModelRouter } from '../routing/model-router.ts'
import type { GenerateRequest } from '../engine/types.ts'

/** A verdict is a word, or a small JSON object. */
const maxTokens = 64
const longestAnswer = 4096

/** Asks a model past the gateway: no filters, no limits, no ledger; it waits for a place like everybody else. */
export const createAskModel =
  (models: Pick<ModelRouter, 'resolve'>): AskModel =>
  async (name, prompt, signal) => {
    const { engine, admission } = await models.resolve(name, { signal, onProgress: () => undefined })
    const request: GenerateRequest = {
      prompt: engine.info.hasChatTemplate
        ? { kind: 'chat', messages: [{ role: 'user', text: prompt }] }
        : { kind: 'text', text: prompt },
      sampling: { temperature: 0 },
      maxTokens,
      stop: [],
      ignoreEos: false,
    }
    const prepared = await engine.prepare(request)
    const release = await admission.enter({ units: 1, key: 'moderation', signal })
    try {
      let answer = ''
      for await (const event of prepared.generate(0, signal)) {
        if (event.type === 'text-delta' && !event.reasoning) answer += event.text
        if (answer.length > longestAnswer) break
      }
      return answer
    } finally {
      release()
    }
  }
