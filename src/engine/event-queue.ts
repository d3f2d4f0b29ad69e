import type { EngineEvent } from './types.ts'

type Result = IteratorResult<EngineEvent, undefined>
const over: Result = { done: true, value: undefined }

/**
 * Where an engine puts one request's events and a caller takes them, each at its own speed.
 * Leaving early (`return`) runs `onLeave`; the engine must answer with `end`, because leaving resolves
 * only then: whoever awaited it knows that the slot is free.
 */
export class EventQueue implements AsyncIterableIterator<EngineEvent, undefined> {
  readonly #ready: EngineEvent[] = []
  readonly #readers: PromiseWithResolvers<Result>[] = []
  readonly #ended = Promise.withResolvers<void>()
  readonly #onLeave: () => void
  #isEnded = false
  #isLeft = false
  #failure: Error | undefined

  constructor(onLeave: () => void) {
    this.#onLeave = onLeave
  }

  /** Resolves at `end`, never rejects. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Never waits. Text that nobody has taken yet is merged, so a slow reader costs no memory per token. */
  push(event: EngineEvent): void {
    if (this.#isEnded || this.#isLeft) return
    const reader = this.#readers.shift()
    if (reader !== undefined) reader.resolve({ done: false, value: event })
    else if (!this.#merge(event)) this.#ready.push(event)
  }

  /** Ends the stream; with an error it throws, after everything pushed before was taken. */
  end(error?: Error): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#failure = this.#isLeft ? undefined : error
    for (const reader of this.#readers.splice(0)) reader.resolve(this.#last())
    this.#ended.resolve()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    const value = this.#ready.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#isEnded) return this.#last()
    const reader = Promise.withResolvers<Result>()
    this.#readers.push(reader)
    return reader.promise
  }

  async return(): Promise<Result> {
    this.#ready.length = 0
    this.#failure = undefined
    if (!this.#isEnded) {
      this.#isLeft = true
      this.#onLeave()
      await this.#ended.promise
    }
    return over
  }

  /** An error is told once. */
  #last(): Promise<Result> {
    const error = this.#failure
    this.#failure = undefined
    return error === undefined ? Promise.resolve(over) : Promise.reject(error)
  }

  #merge(event: EngineEvent): boolean {
    const before = this.#ready.at(-1)
    if (before?.type !== 'text-delta' || event.type !== 'text-delta') return false
    if (before.reasoning !== event.reasoning) return false
    const text = before.text + event.text
    this.#ready[this.#ready.length - 1] = { ...event, text, tokens: before.tokens + event.tokens }
    return true
  }
}
