import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import type { ChangeSignal } from './change-signal.ts'
import { areHopeless, describeNoneServes } from './describe-replicas.ts'
import type { Journey } from './journey.ts'
import type { PromptPrefix } from './prompt-prefix.ts'
import type { ReplicaRoster, Seat } from './replica-roster.ts'

/** A request that has left one replica for another. */
export type Move = { model: string; from: string; to: string; error: AppError }

export type SeatingOptions = {
  model: string
  roster: ReplicaRoster
  changes: ChangeSignal
  /** Longest wait for a replica that serves. */
  waitMs: number
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
}

/**
 * A call may be lost though its worker is well, as when a connection was reset: one that still serves after this
 * time is asked again.
 */
const secondChanceMs = 1000

export function createSeating(options: SeatingOptions): Seating {
  const { model, roster, onMoved } = options
  const take: Seating['take'] = ({ journey, prefix, preferred, canServe = () => true }) => {
    const excludes = (engine: Engine) => journey.excludes(engine) || !canServe(engine)
    const seat = roster.pick({ prefix, preferred, excludes })
    const failure = seat && journey.goOn()
    if (failure) onMoved({ model, to: seat.id, ...failure })
    return seat
  }
  return {
    take,
    wait: (passenger, signal) => waitForSeat(options, passenger, () => take(passenger), signal),
    fail(passenger, seat, cause) {
      const { journey } = passenger
      const isTooLong = cause instanceof AppError && cause.code === 'context_length_exceeded'
      if (isTooLong) journey.refuse(findTooSmall(roster.serving(), passenger, seat, cause), cause)
      else journey.fail(seat, cause, !roster.has(seat.engine))
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
    const replicas = roster.replicas()
    if (waitedMs >= waitMs || areHopeless(replicas))
      throw describeNoneServes(model, replicas, journey.failure?.error)
    const until = waitedMs < secondChanceMs ? Math.min(secondChanceMs, waitMs) : waitMs
    await changes.next(until - waitedMs, signal)
  }
}

/** Takes the action to one replica after another, until one can do it. */
export async function runSomewhere<T>(
  seating: Seating,
  passenger: Passenger,
  action: (engine: Engine) => Promise<T>,
  signal?: AbortSignal,
): Promise<{ value: T; engine: Engine; worker: string }> {
  for (;;) {
    const seat = seating.take(passenger) ?? (await seating.wait(passenger, signal))
    try {
      return { value: await action(seat.engine), engine: seat.engine, worker: seat.id }
    } catch (cause) {
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
