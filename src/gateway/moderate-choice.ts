import type { EngineEvent, TextDelta, Usage } from '../engine/types.ts'
import type { TextStage } from '../moderation/text-stage.ts'

/**
 * One choice behind its filters. Text leaves as soon as no filter can still find something in it; its tokens leave
 * with it. A block ends the choice, and with it the generation: what came before stays.
 */
export async function* moderateChoice(
  source: AsyncIterable<EngineEvent>,
  open: () => TextStage,
  promptTokens: number,
): AsyncGenerator<EngineEvent> {
  const tokens = createTokenCount()
  const clock = createClock()
  let gate = open()
  let isReasoning = false
  const through = async (text: string, final: boolean) => {
    const pushed = gate.push(text, final)
    const staged = pushed instanceof Promise ? await pushed : pushed
    const isWhole = final || staged.blocked !== undefined
    const delta =
      staged.text === ''
        ? undefined
        : toDelta(staged.text, isReasoning, tokens.release(isWhole ? 0 : gate.held()))
    return { delta, isBlocked: staged.blocked !== undefined }
  }
  for await (const event of source) {
    if (event.type === 'prompt-progress') {
      yield event
      continue
    }
    clock.note()
    const isOver = event.type === 'finish'
    // Reasoning and answer are two texts; the end of one is not held back behind the other.
    if (isOver || (event.reasoning === true) !== isReasoning) {
      const rest = await through('', true)
      if (rest.delta) yield rest.delta
      if (rest.isBlocked) {
        yield blocked(isOver ? event.usage : countUsage(), isOver ? event.timings : clock.timings())
        return
      }
      if (isOver) {
        yield event
        return
      }
      isReasoning = event.reasoning === true
      gate = open()
    }
    tokens.add(event)
    const passed = await through(event.text, false)
    if (passed.delta) yield passed.delta
    if (passed.isBlocked) {
      yield blocked(countUsage(), clock.timings())
      return
    }
  }
  function countUsage(): Usage {
    return { promptTokens, cachedTokens: 0, completionTokens: tokens.total() }
  }
}

type Finish = Extract<EngineEvent, { type: 'finish' }>

const blocked = (usage: Usage, timings: Finish['timings']): Finish => ({
  type: 'finish',
  reason: 'content-filter',
  usage,
  timings,
})

const toDelta = (text: string, isReasoning: boolean, tokens: number): TextDelta =>
  isReasoning ? { type: 'text-delta', text, tokens, reasoning: true } : { type: 'text-delta', text, tokens }

/** The engine's counts, delta by delta: those of a text that is still held back wait with it. */
function createTokenCount() {
  const waiting: { length: number; tokens: number }[] = []
  let total = 0
  return {
    add({ text, tokens }: TextDelta) {
      total += tokens
      waiting.push({ length: text.length, tokens })
    },
    /** Of all deltas but the last ones that make up `held` characters. */
    release(held: number): number {
      let kept = 0
      let first = waiting.length
      while (first > 0 && kept < held) kept += waiting[--first]!.length
      return waiting.splice(0, first).reduce((sum, { tokens }) => sum + tokens, 0)
    },
    total: () => total,
  }
}

/** For a generation that is left before the engine could say its own times. */
function createClock() {
  const startedAt = performance.now()
  let firstAt: number | undefined
  return {
    note() {
      firstAt ??= performance.now()
    },
    timings(): Finish['timings'] {
      const now = performance.now()
      return { queueMs: 0, prefillMs: (firstAt ?? now) - startedAt, decodeMs: now - (firstAt ?? now) }
    },
  }
}
