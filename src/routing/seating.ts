import type { Engine } from '../engine/engine.ts'
import { AppError, toAppError } from '../errors.ts'
import type { ChangeSignal } from './change-signal.ts'
import { areHopeless, describeNoneServes } from './describe-replicas.ts'
import type { Journey } from './journey.ts'
import type { PromptPrefix } from './prompt-prefix.ts'
import { describeHeldBack } from './held-back.ts'
import { judgeAbort, type Conclusion } from './replica-guard.ts'
import type { ReplicaRoster, Seat } from './replica-roster.ts'
import type { RetryBudget } from './retry-budget.ts'

/** A request that has left one replica for another. */
export type Move = { model: string; from: string; to: string; error: AppError }

export type SeatingOptions = {
  model: string
  roster: ReplicaRoster
  changes: ChangeSignal
  /** Longest wait for a replica that serves. */
  waitMs: number
  budget: RetryBudget
  onMoved(move: Move): void
  /** Throws once the set is closed. */
  assertOpen(): void
}

export type Passenger = {
  journey: Journey
  prefix: PromptPrefix
  preferred?: Engine | undefined
  /** What not every engine can do; absent: any will do. */
  canServe?(engine: Engine): boolean
}

/** Finds each attempt of a request its replica. */
export interface Seating {
  /** At once, or not at all. */
  take(passenger: Passenger): Seat | undefined
  /** Waits for a replica that may still come; rejects with why there is none, or with `cancelled`. */
  wait(passenger: Passenger, signal?: AbortSignal): Promise<Seat>
  /** Records a failed attempt; throws where no other may follow. */
  fail(passenger: Passenger, seat: Seat, cause: unknown): void
  /** What a failure says of the replica. */
  judge(seat: Seat, cause: unknown): Conclusion
}

/**
 * A call may be lost though its worker is well, as when a connection was reset: one that still serves after this
 * time is asked again.
 */
const secondChanceMs = 1000

export function createSeating(options: SeatingOptions): Seating {
  const { model, roster, onMoved, budget } = options
  /** An engine that was taken out of service has not failed. */
  const judge: Seating['judge'] = (seat, cause) => {
    const error = toAppError(cause)
    return error.code === 'engine_failed' && !roster.has(seat.engine) ? 'neutral' : error
  }
  const take: Seating['take'] = ({ journey, prefix, preferred, canServe = () => true }) => {
    const excludes = (engine: Engine) => journey.excludes(engine) || !canServe(engine)
    const seat = roster.pick({ prefix, preferred, excludes })
    const failure = seat && journey.goOn()
    if (failure) onMoved({ model, to: seat.id, ...failure })
    return seat
  }
  return {
    take,
    judge,
    wait: (passenger, signal) => waitForSeat(options, passenger, () => take(passenger), signal),
    fail(passenger, seat, cause) {
      const { journey } = passenger
      seat.pass.conclude(judge(seat, cause))
      const isTooLong = cause instanceof AppError && cause.code === 'context_length_exceeded'
      if (isTooLong) journey.refuse(findTooSmall(roster.serving(), passenger, seat, cause), cause)
      else journey.fail(seat, cause, { isGone: !roster.has(seat.engine), budget })
    },
  }
}

async function waitForSeat(
  { model, roster, changes, waitMs, assertOpen }: SeatingOptions,
  { journey }: Passenger,
  take: () => Seat | undefined,
  signal: AbortSignal | undefined,
): Promise<Seat> {
  const began = performance.now()
  for (;;) {
    assertOpen()
    if (signal?.aborted) throw new AppError('cancelled', 'the request was cancelled')
    const waitedMs = performance.now() - began
    if (waitedMs >= secondChanceMs) journey.forgive()
    const seat = take()
    if (seat) return seat
    journey.assertMayWait()
    const heldBack = roster.heldBack()
    if (heldBack) throw describeHeldBack(model, heldBack)
    const replicas = roster.replicas()
    if (waitedMs >= waitMs || areHopeless(replicas))
      throw describeNoneServes(model, replicas, journey.failure?.error)
    const until = waitedMs < secondChanceMs ? Math.min(secondChanceMs, waitMs) : waitMs
    await changes.next(until - waitedMs, signal)
  }
}

export type Action<T> = {
  run(engine: Engine, worker: string): Promise<T>
  /** What success says of the replica: one that counts tokens may still be unable to generate any. */
  proves: Conclusion
  signal?: AbortSignal
}

/** Takes the action to one replica after another, until one can do it. */
export async function runSomewhere<T>(
  seating: Seating,
  passenger: Passenger,
  { run, proves, signal }: Action<T>,
): Promise<{ value: T; engine: Engine; worker: string }> {
  for (;;) {
    const seat = seating.take(passenger) ?? (await seating.wait(passenger, signal))
    try {
      const value = await run(seat.engine, seat.id)
      seat.pass.conclude(proves)
      return { value, engine: seat.engine, worker: seat.id }
    } catch (cause) {
      if (signal?.aborted) seat.pass.conclude(judgeAbort(signal.reason))
      seating.fail(passenger, seat, cause)
    } finally {
      seat.settle()
    }
  }
}

/**
 * Workers may hold different contexts: one with a larger one may take the prompt, and so will the one that has
 * prepared it already. Throws the refusal where there is no such worker.
 */
function findTooSmall(
  serving: readonly Engine[],
  { preferred }: Passenger,
  seat: Seat,
  cause: AppError,
): Engine[] {
  const { contextLength } = seat.engine.info
  const tooSmall = serving.filter(
    (engine) => engine !== preferred && engine.info.contextLength <= contextLength,
  )
  if (tooSmall.length === serving.length) throw cause
  return [seat.engine, ...tooSmall]
}
