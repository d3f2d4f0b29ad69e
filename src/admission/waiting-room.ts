import { chooseVictim } from './choose-victim.ts'
import type { FairOrder, Job as OrderedJob } from './fair-order.ts'
import { Holders } from './holders.ts'
import { isOverShare, shareOf, type TotalRefusal, type Totals } from './totals.ts'

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
    if (order.expectPlace(job) > job.lastPlace) return { refusal: 'hopeless' }
    if (isOverShare(this.#holders, job.key, shareOf(queue, share))) return { refusal: 'share' }
    const refusal = this.#totals.refuse(job)
    if (refusal) return { refusal }
    if (this.size < queue) return undefined
    const victim = chooseVictim(order, this.#holders, job)
    return victim ? { victim } : { refusal: 'full' }
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
