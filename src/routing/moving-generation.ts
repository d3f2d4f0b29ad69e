import type { Engine, Prepared } from '../engine/engine.ts'
import type { EngineEvent, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import { isMovable, lostInMidAnswer, type Journey } from './journey.ts'
import type { PromptPrefix } from './prompt-prefix.ts'
import type { Seat } from './replica-roster.ts'
import type { Passenger, Seating } from './seating.ts'

type Result = IteratorResult<EngineEvent, undefined>
type Attempt = { seat: Seat; events: AsyncIterator<EngineEvent> }

export type GenerationOptions = {
  seating: Seating
  request: GenerateRequest
  prefix: PromptPrefix
  /** Where the request has been prepared; shared by its choices. */
  prepared: Map<Engine, Prepared>
  /** The engine that was chosen when the request was prepared. */
  home: Engine
  journey: Journey
  choice: number
  signal: AbortSignal
  assertOpen(): void
  onBegin(generation: MovingGeneration): void
  onOver(generation: MovingGeneration): void
}

const over: Result = { done: true, value: undefined }
const cancelled = () => new AppError('cancelled', 'the request was cancelled')

/**
 * One generation, on one replica after another until its first text has left. It picks when it is first read:
 * the request may have waited long since it was prepared. Leaving resolves when the slot is free, also while it
 * moves.
 */
export class MovingGeneration implements AsyncIterableIterator<EngineEvent, undefined> {
  readonly #options: GenerationOptions
  readonly #passenger: Passenger
  readonly #abort = new AbortController()
  #state: 'unbegun' | 'running' | 'over' = 'unbegun'
  #attempt: Attempt | undefined
  /** Picked, but the request is not yet prepared there. */
  #seat: Seat | undefined
  #worker: string | undefined
  #hasText = false
  #failure: AppError | undefined
  /** The last read, and how many are not done. */
  #tail: Promise<Result> | undefined
  #reads = 0

  constructor(options: GenerationOptions) {
    this.#options = options
    this.#passenger = { journey: options.journey, prefix: options.prefix, preferred: options.home }
  }

  get worker(): string | undefined {
    return this.#worker
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** The first one calls the engine before it returns, so that the next pick sees its load. */
  next(): Promise<Result> {
    const read = () => this.#read()
    const before = this.#reads++ === 0 ? undefined : this.#tail
    return (this.#tail = before === undefined ? read() : before.then(read, read))
  }

  async return(): Promise<Result> {
    this.#end()
    this.#failure = undefined
    await this.#letGo()
    return over
  }

  /** Ends with this error, told to whoever reads next; resolves when the slot is free. */
  async close(error: AppError): Promise<void> {
    if (this.#state === 'over') return
    this.#failure = error
    this.#end()
    await this.#letGo()
  }

  async #read(): Promise<Result> {
    try {
      for (;;) {
        if (this.#state === 'unbegun') this.#begin()
        if (this.#isOver()) return this.#last()
        if (this.#attempt === undefined) this.#pick()
        if (this.#attempt === undefined) await this.#startElsewhere()
        const result = this.#attempt && (await this.#step(this.#attempt))
        if (result !== undefined) return result
      }
    } catch (cause) {
      this.#end()
      throw cause
    } finally {
      this.#reads--
    }
  }

  /** Undefined: the attempt failed in a way that allows another, or the generation is over. */
  async #step({ seat, events }: Attempt): Promise<Result | undefined> {
    try {
      const step = events.next()
      seat.settle()
      const result = await step
      if (this.#isOver()) return undefined
      if (result.done === true) this.#end()
      else if (result.value.type === 'text-delta') this.#hasText = true
      return result.done === true ? over : result
    } catch (cause) {
      seat.settle()
      this.#attempt = undefined
      if (this.#isOver()) return undefined
      if (this.#options.signal.aborted) throw toCancelled(cause)
      if (this.#hasText) throw isMovable(cause) ? lostInMidAnswer(seat.id, cause) : cause
      this.#options.seating.fail(this.#passenger, seat, cause)
      return undefined
    }
  }

  #begin(): void {
    const { signal, assertOpen, onBegin } = this.#options
    assertOpen()
    this.#state = 'running'
    onBegin(this)
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = () => this.#abort.abort(this.#options.signal.reason)

  /** Nothing must come between the pick and the call of the engine, or a second pick would see the same load. */
  #pick(): void {
    const seat = this.#options.seating.take(this.#passenger)
    const prepared = seat && this.#options.prepared.get(seat.engine)
    if (prepared) this.#start(seat, prepared)
    else this.#seat = seat
  }

  /** Leaves no attempt behind if the replica fails, or if the generation is over before it has started. */
  async #startElsewhere(): Promise<void> {
    const { seating, request, prepared } = this.#options
    const { signal } = this.#abort
    const seat = this.#seat ?? (await this.#waitForSeat())
    this.#seat = undefined
    if (seat === undefined) return
    try {
      const ready = prepared.get(seat.engine) ?? (await unlessAborted(seat.engine.prepare(request), signal))
      prepared.set(seat.engine, ready)
      if (this.#isOver()) seat.settle()
      else this.#start(seat, ready)
    } catch (cause) {
      seat.settle()
      if (this.#isOver()) return
      if (signal.aborted) throw toCancelled(cause)
      seating.fail(this.#passenger, seat, cause)
    }
  }

  async #waitForSeat(): Promise<Seat | undefined> {
    try {
      const seat = await this.#options.seating.wait(this.#passenger, this.#abort.signal)
      if (!this.#isOver()) return seat
      seat.settle()
    } catch (cause) {
      if (!this.#isOver()) throw cause
    }
    return undefined
  }

  #start(seat: Seat, prepared: Prepared): void {
    const events = prepared.generate(this.#options.choice, this.#abort.signal)[Symbol.asyncIterator]()
    seat.begin()
    this.#worker = seat.id
    this.#attempt = { seat, events }
  }

  /** A method, because a check of the field would make the compiler forget that it changes while we wait. */
  #isOver(): boolean {
    return this.#state === 'over'
  }

  #end(): void {
    if (this.#state === 'running') this.#options.onOver(this)
    this.#state = 'over'
    this.#options.signal.removeEventListener('abort', this.#onAbort)
  }

  /** A read in progress ends through the signal; the engine answers `return` when the slot is free. */
  async #letGo(): Promise<void> {
    const attempt = this.#attempt
    this.#attempt = undefined
    if (this.#reads > 0) this.#abort.abort(cancelled())
    await attempt?.events.return?.()
    if (this.#reads > 0) await this.#tail?.catch(() => undefined)
  }

  /** An error is told once. */
  #last(): Result {
    const error = this.#failure
    this.#failure = undefined
    if (error) throw error
    return over
  }
}

const toCancelled = (cause: unknown): unknown =>
  cause instanceof AppError && cause.code === 'cancelled' ? cause : cancelled()

/** Does not wait for what cannot be called back. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const leave = () => aborted.reject(cancelled())
  signal.addEventListener('abort', leave)
  if (signal.aborted) leave()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
