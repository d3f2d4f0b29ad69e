import type { Started } from './fair-class.ts'
import { FairOrder } from './fair-order.ts'
import { createPlaces } from './places.ts'
import { createSlots } from './slots.ts'
import { createTotals, unlimited, type Totals } from './totals.ts'
import { WaitingRoom, type Refusal, type WaitingJob } from './waiting-room.ts'

export interface Effects<J extends WaitingJob> {
  start(job: J): void
  refuse(job: J, refusal: Refusal): void
  wait(job: J): void
}

export type QueueLimits = {
  slots: number
  queue: number
  /** Part of the queue that one key may hold while others wait. */
  share: number
}

export type QueueStatus = { running: number; waiting: number; busySlots: number }

/**
 * Decides who runs, who waits and who is refused; acts only through `effects`. `FairOrder` says who is next, and
 * nobody overtakes him: a job with many units would otherwise never find enough free slots.
 * Synchronous, so it needs no lock and its tests need no clock.
 */
export class Queue<J extends WaitingJob> {
  readonly #order = new FairOrder<J>()
  readonly #places = createPlaces(this.#order)
  readonly #running = new Map<J, Started<J>>()
  readonly #slots
  readonly #room: WaitingRoom<J>
  readonly #effects: Effects<J>
  readonly #totals: Totals

  constructor(limits: QueueLimits, effects: Effects<J>, totals: Totals = createTotals(unlimited)) {
    this.#slots = createSlots<J>(limits.slots)
    this.#room = new WaitingRoom(limits, totals)
    this.#effects = effects
    this.#totals = totals
  }

  submit(job: J): void {
    this.#order.add(job)
    this.#places.changed(job)
    this.#advance()
    if (!this.#order.has(job)) return
    const verdict = this.#room.judge(this.#order, job)
    if (verdict && 'refusal' in verdict) {
      this.#order.remove(job)
      this.#effects.refuse(job, verdict.refusal)
      return
    }
    if (verdict) {
      this.#remove(verdict.victim)
      this.#effects.refuse(verdict.victim, 'displaced')
    }
    this.#room.enter(job)
    this.#effects.wait(job)
    // All others may have stood behind the one that made room.
    if (verdict) this.#advance()
  }

  /** A running job is over; `ms` is how long it ran. Returns what that cost in slot milliseconds. */
  finish(job: J, ms: number): number {
    const started = this.#running.get(job)
    if (!started) return 0
    const cost = this.#slots.give(job) * ms
    this.#running.delete(job)
    this.#order.settle(job, started, cost)
    this.#places.settled()
    this.#totals.finish()
    this.#advance()
    return cost
  }

  /** A waiting job goes away; nothing happens when it is not waiting. */
  leave(job: J): void {
    if (this.#remove(job)) this.#advance()
  }

  /** From now on so many; running jobs keep theirs, waiting ones start where there are more. */
  resize(slots: number): void {
    this.#slots.resize(slots)
    this.#advance()
  }

  /** Of a job that waits: 1 is the next to start, as far as can be known now. */
  place(job: J): number {
    return this.#places.of(job)
  }

  status(): QueueStatus {
    return { ...this.#slots.status(), waiting: this.#room.size }
  }

  #advance = (): void => {
    for (;;) {
      const job = this.#order.next()
      if (!job || !this.#slots.fits(job.units)) return
      if (!this.#totals.mayRun()) {
        this.#totals.awaitRoom(this.#advance)
        return
      }
      this.#start()
    }
  }

  #start(): void {
    const { job, started } = this.#order.start()
    this.#places.started(job)
    this.#room.leave(job)
    this.#running.set(job, started)
    this.#slots.take(job, job.units)
    this.#totals.run()
    this.#effects.start(job)
  }

  #remove(job: J): boolean {
    if (!this.#order.remove(job)) return false
    this.#places.changed(job)
    this.#room.leave(job)
    return true
  }
}
