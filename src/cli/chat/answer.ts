import { AppError } from '../../errors.ts'
import type { ChatDelta, ChatRequest, Completer } from './completer.ts'
import type { Figures } from './figures.ts'

export type Answer =
  | { type: 'answered'; text: string; reasoning: string; reason: string; model: string; figures: Figures }
  | { type: 'stopped'; text: string }
  /** `text` is what came before the failure. */
  | { type: 'failed'; text: string; error: AppError }

export type AnswerHooks = {
  signal: AbortSignal
  /** Milliseconds, monotonic. */
  now: () => number
  onText: (text: string) => void | Promise<void>
  onReasoning: (text: string) => void | Promise<void>
  onStatus: (text: string) => void
}

/** Runs one request to its end. Never throws: every way it can end is a value. */
export async function collectAnswer(
  complete: Completer,
  request: ChatRequest,
  hooks: AnswerHooks,
): Promise<Answer> {
  const startedAt = hooks.now()
  let firstAt: number | undefined
  let text = ''
  let reasoning = ''
  try {
    for await (const delta of untilAborted(complete(request, hooks.signal), hooks.signal)) {
      if (delta.type === 'status') hooks.onStatus(delta.text)
      else if (delta.type === 'text') {
        firstAt ??= hooks.now()
        text += delta.text
        await hooks.onText(delta.text)
      } else if (delta.type === 'reasoning') {
        firstAt ??= hooks.now()
        reasoning += delta.text
        await hooks.onReasoning(delta.text)
      } else {
        const endedAt = hooks.now()
        const ttftMs = (firstAt ?? endedAt) - startedAt
        const figures = { ttftMs, totalMs: endedAt - startedAt, usage: delta.usage, timings: delta.timings }
        const model = delta.model ?? request.model
        return { type: 'answered', text, reasoning, reason: delta.reason, model, figures }
      }
    }
    if (hooks.signal.aborted) return { type: 'stopped', text }
    throw new AppError('engine_failed', 'the connection ended before the answer did')
  } catch (cause) {
    if (hooks.signal.aborted) return { type: 'stopped', text }
    return { type: 'failed', text, error: toFailure(cause) }
  }
}

/** A network error's own words are worth reading here: the reader sits in front of the machine that failed. */
const toFailure = (cause: unknown): AppError => {
  if (cause instanceof AppError) return cause
  const words = cause instanceof Error ? cause.message : String(cause)
  return new AppError('engine_failed', `the answer failed: ${words}`, { cause })
}

/** Ends at the abort itself, also when the stream below is slow to notice or never does. */
async function* untilAborted(
  deltas: AsyncIterable<ChatDelta>,
  signal: AbortSignal,
): AsyncGenerator<ChatDelta> {
  const iterator = deltas[Symbol.asyncIterator]()
  const { promise: aborted, resolve } = Promise.withResolvers<'aborted'>()
  const onAbort = () => resolve('aborted')
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  let pending: Promise<IteratorResult<ChatDelta>> | undefined
  try {
    while (true) {
      pending = iterator.next()
      const result = await Promise.race([pending, aborted])
      if (result === 'aborted' || result.done) return
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Not awaited: a stuck stream must not hold the prompt back. Its late failure is nobody's business.
    pending?.catch(() => {})
    iterator.return?.().catch(() => {})
  }
}
