import type { EngineEvent, FinishReason } from '../engine/types.ts'
import type * as wire from './wire-types.ts'

const reasons: Record<FinishReason, wire.FinishReason> = {
  stop: 'FINISH_REASON_STOP',
  length: 'FINISH_REASON_LENGTH',
  'tool-calls': 'FINISH_REASON_TOOL_CALLS',
  'content-filter': 'FINISH_REASON_CONTENT_FILTER',
}
const engineReasons: Record<wire.FinishReason, FinishReason> = {
  FINISH_REASON_STOP: 'stop',
  FINISH_REASON_LENGTH: 'length',
  FINISH_REASON_TOOL_CALLS: 'tool-calls',
  FINISH_REASON_CONTENT_FILTER: 'content-filter',
  FINISH_REASON_UNSPECIFIED: 'stop',
}

const toMicroseconds = (ms: number) => Math.max(0, Math.round(ms * 1000))

export function encodeEvent(event: EngineEvent, index: number): wire.GenerateEvent {
  switch (event.type) {
    case 'prompt-progress':
      return { progress: { prefillTokensDone: event.processed, prefillTokensTotal: event.total } }
    case 'text-delta':
      return event.reasoning
        ? { delta: { index, reasoning: event.text, numTokens: event.tokens } }
        : { delta: { index, text: event.text, numTokens: event.tokens } }
    case 'finish': {
      const { queueMs, prefillMs, decodeMs } = event.timings
      const timings = {
        queueUs: toMicroseconds(queueMs),
        prefillUs: toMicroseconds(prefillMs),
        decodeUs: toMicroseconds(decodeMs),
      }
      return { finished: { index, reason: reasons[event.reason], usage: event.usage, timings } }
    }
  }
}

/** None for what an engine's reader has no word for: Started, the place in a queue. */
export function decodeEvents({ delta, finished, progress }: wire.GenerateEvent): EngineEvent[] {
  if (delta) return decodeDelta(delta)
  if (finished) return [decodeFinished(finished)]
  if (!progress?.prefillTokensTotal) return []
  const { prefillTokensDone = 0, prefillTokensTotal } = progress
  return [{ type: 'prompt-progress', processed: prefillTokensDone, total: prefillTokensTotal }]
}

/** One step may end the reasoning and begin the answer; its tokens are then counted with the answer. */
function decodeDelta({ text = '', reasoning = '', numTokens = 0 }: wire.Delta): EngineEvent[] {
  if (reasoning === '') return text === '' ? [] : [{ type: 'text-delta', text, tokens: numTokens }]
  const tokens = text === '' ? numTokens : 0
  const thought: EngineEvent = { type: 'text-delta', text: reasoning, tokens, reasoning: true }
  return text === '' ? [thought] : [thought, { type: 'text-delta', text, tokens: numTokens }]
}

const decodeFinished = ({ reason, usage = {}, timings = {} }: wire.Finished): EngineEvent => ({
  type: 'finish',
  reason: engineReasons[reason ?? 'FINISH_REASON_UNSPECIFIED'],
  usage: {
    promptTokens: usage.promptTokens ?? 0,
    cachedTokens: usage.cachedTokens ?? 0,
    completionTokens: usage.completionTokens ?? 0,
    ...(usage.reasoningTokens && { reasoningTokens: usage.reasoningTokens }),
  },
  timings: {
    queueMs: (timings.queueUs ?? 0) / 1000,
    prefillMs: (timings.prefillUs ?? 0) / 1000,
    decodeMs: (timings.decodeUs ?? 0) / 1000,
  },
})
