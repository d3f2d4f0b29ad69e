import type { TextDelta } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { Generation, ServerEvent } from '../protocol.ts'
import { mergeChoices } from './merge-choices.ts'
import { encodeUsage, type Finish } from './usage.ts'

/** How one kind of answer is cut into chunks. Each function returns a chunk's JSON. */
export type ChunkWriter = {
  /** Sent once per choice before anything else of it; undefined: nothing to say. */
  open(index: number): string | undefined
  text(index: number, delta: TextDelta): string
  finish(index: number, reason: Finish['reason']): string
  usage(totals: ReturnType<typeof encodeUsage>): string
}

export type AnswerOptions = {
  choicesPerPrompt: number
  includeUsage: boolean
  createWriter(generation: Generation): ChunkWriter | Promise<ChunkWriter>
}

/**
 * Nothing is yielded before the engine's first event, so that whatever fails before it is still an HTTP error.
 */
export async function* answerStream(
  begin: () => Promise<Generation>,
  options: AnswerOptions,
): AsyncGenerator<ServerEvent> {
  const generation = await begin()
  const writer = await options.createWriter(generation)
  const finishes: Finish[] = []
  const opened: boolean[] = []
  for await (const { index, event } of mergeChoices(generation.choices)) {
    if (event.type === 'prompt-progress') continue
    if (!opened[index]) {
      opened[index] = true
      const opening = writer.open(index)
      if (opening !== undefined) yield { data: opening }
    }
    if (event.type === 'finish') {
      finishes[index] = event
      yield { data: writer.finish(index, event.reason) }
    } else if (event.text !== '') yield { data: writer.text(index, event) }
  }
  if (Object.keys(finishes).length < generation.choices.length) {
    throw new AppError('engine_failed', 'the engine stopped without finishing the answer')
  }
  if (options.includeUsage) {
    yield { data: writer.usage(encodeUsage(finishes, options.choicesPerPrompt, generation.queueMs)) }
  }
  yield { data: '[DONE]' }
}
