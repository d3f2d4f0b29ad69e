import { chooseVictim } from './choose-victim.ts'
import type { FairOrder, Job as OrderedJob } from './fair-order.ts'
import { Holders } from './holders.ts'
import { shareOf, type TotalRefusal, type Totals } from './totals.ts'

export type WaitingJob = OrderedJob & {
  /** What it keeps in memory while it waits. */
  bytes: number
  /** Refused at once where its place would be behind this one. */
  lastPlace: number
}

/** `displaced`: it waited, and its place went to a key that holds fewer, or to a higher priority. */
export type Refusal = 'full' | 'displaced' | 'hopeless' | TotalRefusal

/** The places of one model's queue: who may have one. Says nothing about who is next. */
export class WaitingRoom<J extends WaitingJob> {
  readonly #holders = new Holders()
  readonly #inside = new Set<J>()
  readonly #limits: { queue: number; share: number }
  readonly #totals: Totals

  constructor(limits: { queue: number; share: number }, totals: Totals) {
    this.#limits = limits
    this.#totals = totals
  }

  get size(): number {
    return this.#inside.size
  }

  /** For a job that is in the order but has no place yet: one refused for good, or one that makes room for it. */
  judge(order: FairOrder<J>, job: J): { refusal: Refusal } | { victim: J } | undefined {
    const { queue, share } = this.#limits
    // Its place is counted only where it may matter.
    if (order.waiting > job.lastPlace && order.expectPlace(job) > job.lastPlace)
      return { refusal: 'hopeless' }
    const held = this.#holders.count(job.key)
    // Alone it may have them all: whoever comes next takes some away.
    if (held >= shareOf(queue, share) && this.size > held) return { refusal: 'share' }
    const refusal = this.#totals.refuse(job)
    if (refusal && refusal !== 'house') return { refusal }
    if (!refusal && this.size < queue) return undefined
    const victim = chooseVictim(order, this.#holders, job)
    return victim ? { victim } : { refusal: refusal ?? 'full' }
  }

  enter(job: J): void {
    this.#inside.add(job)
    this.#holders.take(job.key)
    this.#totals.wait(job)
  }

  leave(job: J): void {
    if (!this.#inside.delete(job)) return
    this.#holders.give(job.key)
    this.#totals.part(job)
  }
}
