import type { Ranked } from './lane-heap.ts'
import { LinkedList, type ListNode } from './linked-list.ts'

/** One key's waiting jobs of one priority, and what the key has had of the model. */
export type Lane<J> = Ranked & {
  readonly key: string
  readonly jobs: LinkedList<J>
  /** What one unit of its jobs has cost lately; undefined: none has ended yet. */
  unitCost: number | undefined
  running: number
  /** Count of starts when its first job came to the front. */
  waitsSince: number
  /** Its place among the lanes that have waited longest for a start. */
  elder: ListNode<Lane<J>> | undefined
}

export const createLane = <J>(key: string): Lane<J> => ({
  key,
  jobs: new LinkedList<J>(),
  unitCost: undefined,
  used: 0,
  turn: 0,
  at: -1,
  running: 0,
  waitsSince: 0,
  elder: undefined,
})
