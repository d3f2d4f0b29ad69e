import type { EngineEvent, TextDelta, Usage } from '../engine/types.ts'
import type { TextStage } from '../moderation/text-stage.ts'
import { createChoiceMeter, type ChoiceMeter } from './choice-meter.ts'

type Finish = Extract<EngineEvent, { type: 'finish' }>
type Passed = { delta?: TextDelta; isBlocked: boolean }

/**
 * One choice behind its filters. Text leaves as soon as no filter can still find something in it; its tokens leave
 * with it. A block ends the choice, and with it the generation: what came before stays.
 */
export async function* moderateChoice(
  source: AsyncIterable<EngineEvent>,
  open: () => TextStage,
  promptTokens: number,
): AsyncGenerator<EngineEvent> {
  const meter = createChoiceMeter()
  const block = (finish?: Finish): Finish => ({
    type: 'finish',
    reason: 'content-filter',
    usage: finish?.usage ?? countUsage(promptTokens, meter),
    timings: finish?.timings ?? meter.timings(),
  })
  let text = openText(open(), false, meter)
  for await (const event of source) {
    if (event.type === 'prompt-progress') {
      yield event
      continue
    }
    const isReasoning = event.type === 'text-delta' && event.reasoning === true
    // Reasoning and answer are two texts; the end of one is not held back behind the other.
    if (event.type === 'finish' || isReasoning !== text.isReasoning) {
      const rest = await text.push('', true)
      if (rest.delta) yield rest.delta
      if (event.type === 'finish' || rest.isBlocked) {
        const finish = event.type === 'finish' ? event : undefined
        yield finish && !rest.isBlocked ? finish : block(finish)
        return
      }
      text = openText(open(), isReasoning, meter)
    }
    meter.note(event)
    const passed = await text.push(event.text, false)
    if (passed.delta) yield passed.delta
    if (!passed.isBlocked) continue
    yield block()
    return
  }
}

function openText(gate: TextStage, isReasoning: boolean, meter: ChoiceMeter) {
  return {
    isReasoning,
    async push(piece: string, final: boolean): Promise<Passed> {
      const pushed = gate.push(piece, final)
      const { text, blocked } = pushed instanceof Promise ? await pushed : pushed
      const isBlocked = blocked !== undefined
      if (text === '') return { isBlocked }
      const tokens = meter.release(final || isBlocked ? 0 : gate.held())
      const delta: TextDelta = { type: 'text-delta', text, tokens, ...(isReasoning && { reasoning: true }) }
      return { delta, isBlocked }
    },
  }
}

/** The engine's own counts up to here; it was left before it could add them up. */
const countUsage = (promptTokens: number, meter: ChoiceMeter): Usage => ({
  promptTokens,
  cachedTokens: 0,
  completionTokens: meter.totalTokens(),
})
