import type { Generating } from '../engine/engine.ts'
import type { EngineEvent } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Call } from './call.ts'

/**
 * The engine's iterables, watched: `onAllOver` runs once, when each has ended, failed or been left. What the
 * access log and the waiting caller want to know is noted on the way.
 */
export function trackChoices(
  sources: Generating[],
  { call, choicesPerPrompt, onAllOver }: { call: Call; choicesPerPrompt: number; onAllOver: () => void },
): AsyncIterable<EngineEvent>[] {
  let open = sources.length
  const tracked = sources.map((source, index) => {
    const note = createNotes(call, { source, index, countsPrompt: index % choicesPerPrompt === 0 })
    return trackChoice(source, call, note, () => {
      open -= 1
      if (open === 0) onAllOver()
    })
  })
  call.defer(() => {
    // A choice that nobody began is over with its request; one that runs ends through the signal.
    for (const choice of tracked) choice.leaveUnbegun()
    if (open > 0) call.abort(new AppError('cancelled', 'the request is over'))
  })
  return tracked
}

function trackChoice(source: Generating, call: Call, note: (event: EngineEvent) => void, onOver: () => void) {
  let state: 'unbegun' | 'running' | 'over' = 'unbegun'
  let finished = false
  const end = () => {
    noteWorker(call, source)
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

function noteWorker({ record }: Call, { worker }: Generating): void {
  if (worker !== undefined) record.worker ??= worker
}

/** A prompt counts once, however many choices it has. */
type Choice = { source: Generating; index: number; countsPrompt: boolean }

function createNotes(call: Call, { source, index, countsPrompt }: Choice) {
  const { record } = call
  let counted = 0
  return (event: EngineEvent): void => {
    record.tokenSource ??= 'engine'
    noteWorker(call, source)
    switch (event.type) {
      case 'prompt-progress':
        call.progress = `prefill ${event.processed}/${event.total}`
        break
      case 'text-delta':
        if (record.ttftMs === undefined) {
          record.ttftMs = performance.now() - call.startedAt
          call.progress = 'waiting'
        }
        if (record.texts) keepText(record.texts, index, event.text)
        counted += event.tokens
        record.completionTokens = (record.completionTokens ?? 0) + event.tokens
        break
      case 'finish':
        record.completionTokens = (record.completionTokens ?? 0) + event.usage.completionTokens - counted
        if (countsPrompt) record.cachedTokens = (record.cachedTokens ?? 0) + event.usage.cachedTokens
        record.finish = event.reason
        break
    }
  }
}

/** More than the ledger keeps of a body, so that it can see what it cuts. */
const longestText = 32 * 1024

function keepText(texts: string[], index: number, text: string): void {
  while (texts.length <= index) texts.push('')
  if (texts[index]!.length < longestText) texts[index] += text
}
