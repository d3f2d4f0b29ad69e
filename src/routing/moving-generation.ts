import type { Engine, Prepared } from '../engine/engine.ts'
import type { EngineEvent, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import { isMovable, lostInMidAnswer, type Journey } from './journey.ts'
import type { PromptPrefix } from './prompt-prefix.ts'
import { judgeAbort } from './replica-guard.ts'
import type { Seat } from './replica-roster.ts'
import type { Passenger, Seating } from './seating.ts'
import { createStepWatch, guardOnce, type StepLimits, type StepWatch } from './step-watch.ts'
import { unlessAborted } from './unless-aborted.ts'

type Result = IteratorResult<EngineEvent, undefined>
type Attempt = { seat: Seat; events: AsyncIterator<EngineEvent>; abort: AbortController; watch: StepWatch }

export type GenerationOptions = {
  seating: Seating
  limits: StepLimits
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
  async #step(attempt: Attempt): Promise<Result | undefined> {
    const { seat, events, watch } = attempt
    try {
      const step = events.next()
      seat.settle()
      const result = await watch.guard(step)
      if (this.#isOver()) return undefined
      if (result.done === true) this.#end()
      else this.#note(attempt, result.value)
      return result.done === true ? over : result
    } catch (cause) {
      seat.settle()
      watch.stop()
      this.#attempt = undefined
      if (isTimeout(cause)) leave(attempt)
      if (this.#isOver()) return undefined
      if (this.#options.signal.aborted) throw toCancelled(cause)
      if (this.#hasText) throw this.#failInMidAnswer(seat, cause)
      this.#options.seating.fail(this.#passenger, seat, cause)
      return undefined
    }
  }

  #note({ seat, watch }: Attempt, event: EngineEvent): void {
    if (event.type === 'finish') seat.pass.conclude('success')
    if (event.type !== 'text-delta' || this.#hasText) return
    this.#hasText = true
    watch.sawText()
    seat.pass.answered()
  }

  #failInMidAnswer(seat: Seat, cause: unknown): unknown {
    seat.pass.conclude(this.#options.seating.judge(seat, cause))
    return isMovable(cause) && !isTimeout(cause) ? lostInMidAnswer(seat.id, cause) : cause
  }

  #begin(): void {
    const { signal, assertOpen, onBegin } = this.#options
    assertOpen()
    this.#state = 'running'
    onBegin(this)
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = () => {
    const reason: unknown = this.#options.signal.reason
    const attempt = this.#attempt
    attempt?.seat.pass.conclude(this.#hasText ? 'neutral' : judgeAbort(reason))
    this.#abort.abort(reason)
    attempt?.abort.abort(reason)
    // A deadline is told on time, also where the worker is stuck and confirms nothing.
    if (isTimeout(reason)) attempt?.watch.interrupt(reason)
  }

  /** Nothing must come between the pick and the call of the engine, or a second pick would see the same load. */
  #pick(): void {
    const seat = this.#options.seating.take(this.#passenger)
    const prepared = seat && this.#options.prepared.get(seat.engine)
    if (prepared) this.#start(seat, prepared)
    else this.#seat = seat
  }

  /** Leaves no attempt behind if the replica fails, or if the generation is over before it has started. */
  async #startElsewhere(): Promise<void> {
    const { seating, prepared } = this.#options
    const { signal } = this.#abort
    const seat = this.#seat ?? (await this.#waitForSeat())
    this.#seat = undefined
    if (seat === undefined) return
    try {
      const ready = prepared.get(seat.engine) ?? (await unlessAborted(this.#prepare(seat), signal))
      prepared.set(seat.engine, ready)
      if (this.#isOver()) discard(seat)
      else this.#start(seat, ready)
    } catch (cause) {
      seat.settle()
      if (this.#isOver() || signal.aborted) seat.pass.conclude('neutral')
      if (this.#isOver()) return
      if (signal.aborted) throw toCancelled(cause)
      seating.fail(this.#passenger, seat, cause)
    }
  }

  #prepare({ id, engine }: Seat): Promise<Prepared> {
    const { limits, request } = this.#options
    return guardOnce(id, limits, engine.prepare(request))
  }

  async #waitForSeat(): Promise<Seat | undefined> {
    try {
      const seat = await this.#options.seating.wait(this.#passenger, this.#abort.signal)
      if (!this.#isOver()) return seat
      discard(seat)
    } catch (cause) {
      if (!this.#isOver()) throw cause
    }
    return undefined
  }

  #start(seat: Seat, prepared: Prepared): void {
    const { choice, limits } = this.#options
    const abort = new AbortController()
    if (this.#abort.signal.aborted) abort.abort(this.#abort.signal.reason)
    const events = prepared.generate(choice, abort.signal)[Symbol.asyncIterator]()
    seat.begin()
    this.#worker = seat.id
    this.#attempt = { seat, events, abort, watch: createStepWatch(seat.id, limits) }
  }

  /** A method, because a check of the field would make the compiler forget that it changes while we wait. */
  #isOver(): boolean {
    return this.#state === 'over'
  }

  #end(): void {
    if (this.#state === 'running') this.#options.onOver(this)
    this.#state = 'over'
    this.#attempt?.seat.pass.conclude('neutral')
    this.#attempt?.watch.stop()
    this.#options.signal.removeEventListener('abort', this.#onAbort)
  }

  /** A read in progress ends through the signal; the engine answers `return` when the slot is free. */
  async #letGo(): Promise<void> {
    const attempt = this.#attempt
    this.#attempt = undefined
    if (this.#reads > 0) {
      this.#abort.abort(cancelled())
      attempt?.abort.abort(cancelled())
    }
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

function discard(seat: Seat): void {
  seat.settle()
  seat.pass.conclude('neutral')
}

/** Ends what hangs, without waiting for it. */
function leave({ events, abort }: Attempt): void {
  abort.abort(cancelled())
  void events.return?.().catch(() => undefined)
}

const isTimeout = (cause: unknown): cause is AppError => cause instanceof AppError && cause.code === 'timeout'

const toCancelled = (cause: unknown): unknown =>
  cause instanceof AppError && cause.code === 'cancelled' ? cause : cancelled()
