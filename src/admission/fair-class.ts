import { createLane, type Lane } from './lane.ts'
import { LaneHeap } from './lane-heap.ts'
import { LinkedList, type ListNode } from './linked-list.ts'

/** A key's first job starts after so many others at the latest, whatever the key has had before. */
export const lanePatience = 256
/** Weight of the newest cost: about the last ten of a key count. */
const weight = 0.2
/** Lanes of keys that are gone are looked for when so many more have come. */
const sweepStep = 256

const average = (old: number | undefined, newest: number): number =>
  old === undefined ? newest : old + weight * (newest - old)

export type Started<J> = { lane: Lane<J>; charge: number }

/**
 * Start-time fair queueing over keys, within one priority. The key that has had least goes first; its own jobs in
 * the order in which they came. A key that comes back is level with the one served last: it neither saves up what
 * it did not use, nor loses what it owes.
 */
export class FairClass<J extends { units: number }> {
  readonly heap = new LaneHeap<Lane<J>>()
  readonly #lanes = new Map<string, Lane<J>>()
  /** Lanes with waiting jobs, by how long they have been without a start. */
  readonly #elders = new LinkedList<Lane<J>>()
  #level = 0
  #turns = 0
  #starts = 0
  #typicalCost: number | undefined
  #sweepAt = sweepStep

  lane(key: string): Lane<J> | undefined {
    return this.#lanes.get(key)
  }

  add(key: string, job: J): ListNode<J> {
    const lane = this.#lanes.get(key) ?? this.#open(key)
    const node = lane.jobs.append(job)
    if (lane.jobs.length === 1) {
      lane.used = Math.max(lane.used, this.#level)
      this.#queueUp(lane)
      this.heap.add(lane)
    }
    return node
  }

  remove(lane: Lane<J>, node: ListNode<J>): void {
    lane.jobs.remove(node)
    if (lane.jobs.length === 0) this.#stepOut(lane)
  }

  /** The lane whose first job is next. */
  next(): Lane<J> | undefined {
    const elder = this.#elders.first?.value
    return elder && this.#starts - elder.waitsSince >= lanePatience ? elder : this.heap.first
  }

  /** Takes the first job of a lane; it is charged what such a job is expected to cost. */
  start(lane: Lane<J>): { job: J; started: Started<J> } {
    const node = lane.jobs.first!
    const charge = node.value.units * this.expectedCost(lane)
    this.#level = lane.used
    this.#starts += 1
    lane.used += charge
    lane.running += 1
    this.remove(lane, node)
    if (lane.at !== -1) {
      this.#elders.remove(lane.elder!)
      this.#queueUp(lane)
      this.heap.moved(lane)
    }
    return { job: node.value, started: { lane, charge } }
  }

  /** What it has cost in the end. */
  settle({ lane, charge }: Started<J>, units: number, cost: number): void {
    lane.used += cost - charge
    lane.unitCost = average(lane.unitCost, cost / units)
    this.#typicalCost = average(this.#typicalCost, cost / units)
    lane.running -= 1
    if (lane.at !== -1) this.heap.moved(lane)
  }

  /** Of one unit: charged at the start, put right at the end. A guess of nearly nothing makes keys take turns. */
  expectedCost(lane: Lane<J>): number {
    return lane.unitCost ?? this.#typicalCost ?? 1
  }

  #queueUp(lane: Lane<J>): void {
    lane.turn = ++this.#turns
    lane.waitsSince = this.#starts
    lane.elder = this.#elders.append(lane)
  }

  #stepOut(lane: Lane<J>): void {
    this.heap.remove(lane)
    this.#elders.remove(lane.elder!)
    lane.elder = undefined
  }

  #open(key: string): Lane<J> {
    const lane = createLane<J>(key)
    if (this.#lanes.size >= this.#sweepAt) this.#sweep()
    this.#lanes.set(key, lane)
    return lane
  }

  /** Forgets keys that have nothing here and owe nothing. */
  #sweep(): void {
    for (const [key, { jobs, running, used }] of this.#lanes)
      if (jobs.length === 0 && running === 0 && used <= this.#level) this.#lanes.delete(key)
    this.#sweepAt = 2 * this.#lanes.size + sweepStep
  }
}
