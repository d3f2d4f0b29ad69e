import type { Engine } from '../engine/engine.ts'
import { AppError, toAppError, type ErrorCode } from '../errors.ts'
import type { Seat } from './replica-roster.ts'
import type { RetryBudget } from './retry-budget.ts'

/**
 * Failures of a worker, not of the request: another worker may do better. `engine_failed` is missing on
 * purpose: the request may be what the engine fails at.
 */
const movable: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'worker_lost',
  'draining',
  'overloaded',
  'queue_full',
  'model_not_found',
  'worker_incompatible',
  'timeout',
])
/** The worker is away, which may pass: worth a wait where no other serves. The rest is an answer. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['worker_lost', 'draining'])

/** A request that kills its worker must not go on to kill them all. */
const maxAttempts = 3

export const isMovable = (cause: unknown): boolean => cause instanceof AppError && movable.has(cause.code)

/** These leave a worker that does no work any more: elsewhere it is the same load. Any other retry adds to it. */
const costsNothing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['worker_lost', 'draining', 'engine_failed'])

export type FailOptions = {
  /** The engine was taken out of service, so it is not the request that it failed at. */
  isGone: boolean
  /** Of all requests together. */
  budget: RetryBudget
}

/** A failed attempt, until the request has found its next replica. */
export type Failure = { from: string; error: AppError }

/** One request's way from replica to replica: where it has been, and whether it may go on. */
export class Journey {
  readonly #failedOn: Set<Engine>
  readonly #refusedBy: Set<Engine>
  readonly #workers: string[]
  #failure: Failure | undefined
  #refusal: unknown

  constructor(before?: Journey) {
    this.#failedOn = new Set(before && before.#failedOn)
    this.#refusedBy = new Set(before && before.#refusedBy)
    this.#workers = before ? [...before.#workers] : []
  }

  /** Whether this engine is not to be asked again. */
  excludes(engine: Engine): boolean {
    return this.#failedOn.has(engine) || this.#refusedBy.has(engine)
  }

  /** The last failure, while no other attempt has followed it. */
  get failure(): Failure | undefined {
    return this.#failure
  }

  /** An attempt has failed. Throws where there must be no further one. */
  fail(seat: Seat, cause: unknown, { isGone, budget }: FailOptions): void {
    const error = toAppError(cause)
    if (!movable.has(error.code) && !(isGone && error.code === 'engine_failed')) throw cause
    this.#failedOn.add(seat.engine)
    this.#workers.push(seat.id)
    if (this.#workers.length >= maxAttempts) throw describeLastAttempt(error, this.#workers)
    if (!costsNothing.has(error.code) && !budget.withdraw()) throw describeRefusal({ from: seat.id, error })
    this.#failure = { from: seat.id, error }
  }

  /** The prompt does not fit these; no fault of theirs, so it is no failed attempt. */
  refuse(engines: readonly Engine[], cause: unknown): void {
    for (const engine of engines) this.#refusedBy.add(engine)
    this.#refusal = cause
  }

  /** Those that have failed it may be asked again. */
  forgive(): void {
    this.#failedOn.clear()
  }

  /** Takes the failure that the next attempt follows. */
  goOn(): Failure | undefined {
    const failure = this.#failure
    this.#failure = undefined
    return failure
  }

  /** Throws what has happened so far, where waiting for a replica to come back would not change it. */
  assertMayWait(): void {
    if (this.#failure !== undefined && !passing.has(this.#failure.error.code))
      throw describeRefusal(this.#failure)
    if (this.#failure === undefined && this.#refusal !== undefined) throw this.#refusal
  }
}

function describeLastAttempt(error: AppError, workers: readonly string[]): AppError {
  const message = `the request has failed on ${workers.length} workers in turn (${workers.join(', ')}) and is not tried again; the last said: ${error.message}`
  return new AppError(toCallerCode(error), message, {
    cause: error,
    ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
  })
}

const describeRefusal = ({ from, error }: Failure): AppError =>
  toCallerCode(error) === error.code
    ? error
    : new AppError(
        'worker_lost',
        `worker ${from} does not serve the model it is listed for: ${error.message}`,
        {
          cause: error,
        },
      )

/**
 * The caller's model exists; that a worker does not have it is no fault of the caller's. An engine that has failed
 * a request which could go on was taken out of service.
 */
const toCallerCode = ({ code }: AppError): ErrorCode =>
  code === 'model_not_found' || code === 'engine_failed' ? 'worker_lost' : code

export const lostInMidAnswer = (worker: string, cause: unknown): AppError =>
  new AppError(
    'worker_lost',
    `worker ${worker} was lost in mid-answer, so the text so far is incomplete: ${toAppError(cause).message}`,
    { cause },
  )
