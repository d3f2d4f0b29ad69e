import { FairClass, type Started } from './fair-class.ts'
import type { Lane } from './lane.ts'
import type { ListNode } from './linked-list.ts'
import { priorities, rankOf, type Priority } from './priority.ts'

export type Job = {
  /** Generations that this job starts together. */
  units: number
  /** Who asks: turns are shared between keys. */
  key: string
  priority: Priority
}

/** After so many starts of higher classes, one of a class that waits is next. */
export const classPatience = 8

/** Strict, but the lowest class that has been passed over often enough comes first. -1: nobody waits. */
export function chooseRank(waiting: readonly number[], passed: readonly number[]): number {
  for (let rank = waiting.length - 1; rank > 0; rank--)
    if (waiting[rank]! > 0 && passed[rank]! >= classPatience) return rank
  return waiting.findIndex((count) => count > 0)
}

/** A class has started a job: those below it that wait have been passed over once more. */
export function notePassing(waiting: readonly number[], passed: number[], rank: number): void {
  passed[rank] = 0
  for (let below = rank + 1; below < passed.length; below++)
    passed[below] = waiting[below]! > 0 ? passed[below]! + 1 : 0
}

type Waiter<J extends Job> = { job: J; rank: number; lane: Lane<J>; node: ListNode<J> }

/** Who waits, and who is next: classes by priority, each of them fair between keys. */
export class FairOrder<J extends Job> {
  readonly classes = priorities.map(() => new FairClass<J>())
  /** How many wait, by class. */
  readonly counts = priorities.map(() => 0)
  readonly passed = priorities.map(() => 0)
  readonly #waiters = new Map<J, Waiter<J>>()

  get waiting(): number {
    return this.#waiters.size
  }

  has(job: J): boolean {
    return this.#waiters.has(job)
  }

  add(job: J): void {
    const rank = rankOf(job.priority)
    const one = this.classes[rank]!
    const node = one.add(job.key, job)
    this.counts[rank]! += 1
    this.#waiters.set(job, { job, rank, lane: one.lane(job.key)!, node })
  }

  /** False: it does not wait. */
  remove(job: J): boolean {
    const waiter = this.#waiters.get(job)
    if (!waiter) return false
    this.#waiters.delete(job)
    this.counts[waiter.rank]! -= 1
    this.classes[waiter.rank]!.remove(waiter.lane, waiter.node)
    return true
  }

  /** Where a job that has just been added stands: nobody of its own key is behind it. */
  expectPlace(job: J): number {
    const { rank, lane } = this.#waiters.get(job)!
    const round = lane.jobs.length
    let place = 0
    for (const { jobs } of this.classes[rank]!.heap.items) place += Math.min(jobs.length, round)
    const above = this.counts.slice(0, rank).reduce((sum, count) => sum + count, 0)
    return place + Math.min(above, classPatience * place)
  }

  next(): J | undefined {
    if (this.#waiters.size === 0) return undefined
    return this.classes[this.#rank()]!.next()!.jobs.first!.value
  }

  /** Takes out the next job. */
  start(): { job: J; started: Started<J> } {
    const rank = this.#rank()
    const one = this.classes[rank]!
    const taken = one.start(one.next()!)
    this.#waiters.delete(taken.job)
    this.counts[rank]! -= 1
    notePassing(this.counts, this.passed, rank)
    return taken
  }

  settle(job: J, started: Started<J>, cost: number): void {
    this.classes[rankOf(job.priority)]!.settle(started, job.units, cost)
  }

  #rank(): number {
    return chooseRank(this.counts, this.passed)
  }
}
