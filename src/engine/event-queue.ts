import type { EngineEvent } from './types.ts'

/** Where an engine puts one request's events and a caller takes them, at their own speeds. */
export type EventQueue = {
  readonly iterator: AsyncIterableIterator<EngineEvent>
  /** Never waits. Text that nobody has taken yet is merged, so a slow reader costs no memory per token. */
  push(event: EngineEvent): void
  /** Ends the stream: with an error it throws, after everything pushed before it was taken. */
  end(error?: Error): void
  /** Resolves at `end`, never rejects. */
  readonly ended: Promise<void>
}

/**
 * `onLeave` runs when the reader leaves before the end; the engine must answer with `end`, because
 * leaving resolves only then: whoever awaited it knows that the slot is free.
 */
export function createEventQueue(onLeave: () => void): EventQueue {
  const ready: EngineEvent[] = []
  const readers: PromiseWithResolvers<IteratorResult<EngineEvent>>[] = []
  const ended = Promise.withResolvers<void>()
  let isEnded = false
  let isLeft = false
  let failure: Error | undefined

  const last = (): Promise<IteratorResult<EngineEvent>> => {
    const error = failure
    failure = undefined
    return error === undefined || isLeft ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error)
  }
  const merged = (event: EngineEvent): boolean => {
    const before = ready.at(-1)
    if (before?.type !== 'text-delta' || event.type !== 'text-delta') return false
    ready[ready.length - 1] = { ...event, text: before.text + event.text, tokens: before.tokens + event.tokens }
    return true
  }
  const iterator: AsyncIterableIterator<EngineEvent> = {
    [Symbol.asyncIterator]: () => iterator,
    next() {
      const value = ready.shift()
      if (value !== undefined) return Promise.resolve({ done: false, value })
      if (isEnded) return last()
      const reader = Promise.withResolvers<IteratorResult<EngineEvent>>()
      readers.push(reader)
      return reader.promise
    },
    async return() {
      ready.length = 0
      if (!isEnded) {
        isLeft = true
        onLeave()
        await ended.promise
      }
      return { done: true, value: undefined }
    },
  }
  return {
    iterator,
    ended: ended.promise,
    push(event) {
      if (isEnded || isLeft) return
      const reader = readers.shift()
      if (reader) reader.resolve({ done: false, value: event })
      else if (!merged(event)) ready.push(event)
    },
    end(error) {
      if (isEnded) return
      isEnded = true
      failure = error
      for (const reader of readers.splice(0)) {
        if (failure === undefined || isLeft) reader.resolve({ done: true, value: undefined })
        else reader.reject(failure)
        failure = undefined
      }
      ended.resolve()
    },
  }
}
