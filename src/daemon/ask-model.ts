import type { AskModel } from '../moderation/model-judge.ts'
import type { ModelRouter } from '../routing/model-router.ts'
import type { Generating } from '../engine/engine.ts'
import type { GenerateRequest } from '../engine/types.ts'
import type { LedgerRow } from '../stats/ledger-line.ts'
import { createJudgeRow, type JudgeUsage } from './judge-row.ts'

/** A verdict is a word, or a small JSON object. */
const maxTokens = 64
const longestAnswer = 4096

export type AskModelOptions = {
  models: Pick<ModelRouter, 'resolve'>
  /** The filter's name. */
  filter: string
  /** What the tokens cost; undefined: nothing that is known. */
  price(model: string, tokens: { prompt: number; cached: number; completion: number }): number | undefined
  record(row: Omit<LedgerRow, 'id'>): void
}

/**
 * Asks a model past the gateway: no filters and no limits; it waits for a place like everybody else. What it used
 * stands in the ledger, in a row of its own.
 */
export const createAskModel =
  ({ models, filter, price, record }: AskModelOptions): AskModel =>
  async ({ model: name, prompt, requestId }, signal) => {
    const startedAt = performance.now()
    const { model, engine, admission } = await models.resolve(name, { signal, onProgress: () => undefined })
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
    const usage: JudgeUsage = { startedAt, placedAt: performance.now(), completion: 0, cached: 0 }
    const generating = prepared.generate(0, signal)
    try {
      return await readAnswer(generating, usage)
    } catch (cause) {
      usage.failure = { cause: signal.aborted ? signal.reason : cause, wasAborted: signal.aborted }
      throw cause
    } finally {
      release()
      const { promptTokens: prompt } = prepared
      const costNano = price(model, { prompt, cached: usage.cached, completion: usage.completion })
      const asked = { requestId, filter, model, worker: generating.worker, promptTokens: prompt, costNano }
      record(createJudgeRow(asked, usage))
    }
  }

async function readAnswer(events: Generating, usage: JudgeUsage): Promise<string> {
  let answer = ''
  for await (const event of events) {
    if (event.type === 'text-delta') {
      usage.firstAt ??= performance.now()
      usage.completion += event.tokens
      if (!event.reasoning) answer += event.text
    } else if (event.type === 'finish') {
      usage.completion = event.usage.completionTokens
      usage.cached = event.usage.cachedTokens
      usage.finish = event.reason
    }
    if (answer.length > longestAnswer) break
  }
  return answer
}
