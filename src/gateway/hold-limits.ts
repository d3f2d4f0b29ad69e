import type { Prepared } from '../engine/engine.ts'
import type { EmbedRequest, GenerateRequest } from '../engine/types.ts'
import type { Decision, Limits, Wanted } from '../limits/limits.ts'
import type { ModelRoute } from '../routing/model-router.ts'
import type { Call } from './call.ts'

/** To be told when the model gets to see the request: from then on it costs something. */
export type Held = { begin(): void }

const free: Held = { begin: () => undefined }

/**
 * Reserves what a generation may take from its caller's limits, and settles what it took when the call is over,
 * however it ended. Rejects with whose limit it was.
 */
export function holdGeneration(
  limits: Limits | undefined,
  call: Call,
  { engine }: ModelRoute,
  wanted: { requests: GenerateRequest[]; count: number; prepared: Prepared[] },
): Held | Promise<Held> {
  if (!limits) return free
  let promptTokens = 0
  let answerTokens: number | undefined = 0
  let mostAnswerTokens = 0
  for (const [index, prompt] of wanted.prepared.entries()) {
    const { maxTokens } = wanted.requests[index]!
    const most = Math.max(1, engine.info.contextLength - prompt.promptTokens)
    promptTokens += prompt.promptTokens
    mostAnswerTokens += most * wanted.count
    answerTokens =
      maxTokens === undefined || answerTokens === undefined
        ? undefined
        : answerTokens + Math.min(maxTokens, most) * wanted.count
  }
  return hold(limits, call, { promptTokens, answerTokens, mostAnswerTokens })
}

/** The same for embeddings, whose tokens are counted before the model does it. */
export async function holdEmbedding(
  limits: Limits | undefined,
  call: Call,
  { engine }: ModelRoute,
  { inputs }: EmbedRequest,
): Promise<Held> {
  if (!limits?.counts(callerOf(call))) return free
  const counts = await Promise.all(
    inputs.map(async (input) =>
      input.kind === 'tokens' ? input.tokens.length : (await engine.tokenize(input.text)).length,
    ),
  )
  const promptTokens = counts.reduce((total, count) => total + count, 0)
  const held = await hold(limits, call, { promptTokens, answerTokens: 0, mostAnswerTokens: 0 })
  return {
    begin() {
      // Should the model fail, it has read them all the same.
      call.record.promptTokens = promptTokens
      held.begin()
    },
  }
}

function hold(limits: Limits, call: Call, wanted: Wanted): Held | Promise<Held> {
  const decision = limits.reserve(callerOf(call), wanted)
  return decision instanceof Promise ? decision.then((late) => keep(call, late)) : keep(call, decision)
}

function keep(call: Call, decision: Decision): Held {
  for (const [name, value] of decision.headers) call.setHeader(name, value)
  if (decision.refusal) throw decision.refusal
  const { record } = call
  let begun = false
  call.defer(() => {
    const { promptTokens: prompt = 0, cachedTokens: cached = 0, completionTokens: completion = 0 } = record
    const costNano = decision.settle(begun ? { prompt, cached, completion } : undefined)
    if (costNano !== undefined) record.costNano = costNano
  })
  return { begin: () => void (begun = true) }
}

const callerOf = ({ principal, record }: Call) => ({
  key: principal.id,
  ...principal.owner,
  model: record.model ?? '',
})
