import type { EngineEvent } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Call } from './call.ts'

/**
 * The engine's iterables, watched: `onAllOver` runs once, when each has ended, failed or been left. What the
 * access log and the waiting caller want to know is noted on the way.
 */
export function trackChoices(
  sources: AsyncIterable<EngineEvent>[],
  call: Call,
  onAllOver: () => void,
): AsyncIterable<EngineEvent>[] {
  let open = sources.length
  const tracked = sources.map((source) =>
    trackChoice(source, call, () => {
      open -= 1
      if (open === 0) onAllOver()
    }),
  )
  call.defer(() => {
    // A choice that nobody began is over with its request; one that runs ends through the signal.
    for (const choice of tracked) choice.leaveUnbegun()
    if (open > 0) call.abort(new AppError('cancelled', 'the request is over'))
  })
  return tracked
}

function trackChoice(source: AsyncIterable<EngineEvent>, call: Call, onOver: () => void) {
  let state: 'unbegun' | 'running' | 'over' = 'unbegun'
  let finished = false
  const note = createNotes(call)
  const end = () => {
    if (state !== 'over') onOver()
    state = 'over'
  }
  return {
    leaveUnbegun() {
      if (state === 'unbegun') end()
    },
    [Symbol.asyncIterator](): AsyncIterator<EngineEvent> {
      const inner = source[Symbol.asyncIterator]()
      if (state === 'unbegun') state = 'running'
      return {
        async next() {
          try {
            const result = await inner.next()
            if (result.done !== true) {
              note(result.value)
              if (result.value.type === 'finish') finished = true
              return result
            }
            // The end of an iterable is not the end of an answer: a cut one must not pass for a short one.
            if (!finished)
              throw new AppError('engine_failed', 'the engine stopped without finishing the answer')
            end()
            return result
          } catch (cause) {
            end()
            throw call.signal.aborted ? call.signal.reason : cause
          }
        },
        async return() {
          try {
            await inner.return?.()
          } finally {
            end()
          }
          return { done: true, value: undefined }
        },
      }
    },
  }
}

function createNotes(call: Call) {
  const { record } = call
  let counted = 0
  return (event: EngineEvent): void => {
    switch (event.type) {
      case 'prompt-progress':
        call.progress = `prefill ${event.processed}/${event.total}`
        break
      case 'text-delta':
        if (record.ttftMs === undefined) {
          record.ttftMs = performance.now() - call.startedAt
          call.progress = 'waiting'
        }
        counted += event.tokens
        record.completionTokens = (record.completionTokens ?? 0) + event.tokens
        break
      case 'finish':
        record.completionTokens = (record.completionTokens ?? 0) + event.usage.completionTokens - counted
        record.finish = event.reason
        break
    }
  }
}
