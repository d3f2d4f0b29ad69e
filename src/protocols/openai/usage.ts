import type { EngineEvent } from '../../engine/types.ts'

export type Finish = Extract<EngineEvent, { type: 'finish' }>

export const finishReasons = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
} satisfies Record<Finish['reason'], string>

/**
 * The sum over all choices; a prompt counts once, however many choices it has. `timings` is llama-server's
 * extension: what ran side by side is not added up.
 */
export function encodeUsage(finishes: Finish[], choicesPerPrompt: number, queueMs: number) {
  const firstOfPrompt = finishes.filter((_, index) => index % choicesPerPrompt === 0)
  const promptTokens = sum(firstOfPrompt, (finish) => finish.usage.promptTokens)
  const cachedTokens = sum(firstOfPrompt, (finish) => finish.usage.cachedTokens)
  const reasoningTokens = sum(finishes, (finish) => finish.usage.reasoningTokens ?? 0)
  const completionTokens = sum(finishes, (finish) => finish.usage.completionTokens)
  const promptMs = longest(finishes, (finish) => finish.timings.prefillMs)
  const predictedMs = longest(finishes, (finish) => finish.timings.decodeMs)
  return {
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      prompt_tokens_details: { cached_tokens: cachedTokens },
      completion_tokens_details: { reasoning_tokens: reasoningTokens },
    },
    timings: {
      queue_ms: round(queueMs + longest(finishes, (finish) => finish.timings.queueMs)),
      cache_n: cachedTokens,
      prompt_n: promptTokens - cachedTokens,
      prompt_ms: round(promptMs),
      prompt_per_second: perSecond(promptTokens - cachedTokens, promptMs),
      predicted_n: completionTokens,
      predicted_ms: round(predictedMs),
      predicted_per_second: perSecond(completionTokens, predictedMs),
    },
  }
}

const sum = (finishes: Finish[], of: (finish: Finish) => number) =>
  finishes.reduce((total, finish) => total + of(finish), 0)
const longest = (finishes: Finish[], of: (finish: Finish) => number) =>
  finishes.reduce((most, finish) => Math.max(most, of(finish)), 0)
/** Microseconds are noise enough. */
const round = (value: number) => Math.round(value * 1000) / 1000
const perSecond = (count: number, ms: number) => (ms > 0 ? round((count / ms) * 1000) : 0)
