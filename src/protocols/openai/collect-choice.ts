import type { EngineEvent } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { Finish } from './usage.ts'

export type CollectedChoice = { text: string; reasoning: string; finish: Finish }

/** Reads one choice to its end. */
export async function collectChoice(choice: AsyncIterable<EngineEvent>): Promise<CollectedChoice> {
  let text = ''
  let reasoning = ''
  let finish: Finish | undefined
  for await (const event of choice) {
    if (event.type === 'text-delta' && event.reasoning) reasoning += event.text
    else if (event.type === 'text-delta') text += event.text
    else if (event.type === 'finish') finish = event
  }
  if (!finish) throw new AppError('engine_failed', 'the engine stopped without finishing the answer')
  return { text, reasoning, finish }
}
