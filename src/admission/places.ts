import { chooseRank, notePassing, type FairOrder, type Job } from './fair-order.ts'
import { LaneHeap, type Ranked } from './lane-heap.ts'
import type { ListNode } from './linked-list.ts'

/** An old plan is good enough while less than this part of those who wait has come or gone. */
const staleness = 0.01

/** A lane as it would go on if nobody came or left. */
type Course<J> = Ranked & { unitCost: number; node: ListNode<J> | undefined }

/** Everybody who waits, in the order in which they will start if nobody else comes and costs are as expected. */
export function planOrder<J extends Job>(order: FairOrder<J>): J[] {
  const plan: J[] = []
  const waiting = [...order.counts]
  const passed = [...order.passed]
  const heaps = order.classes.map((one) => {
    const heap = new LaneHeap<Course<J>>()
    for (const lane of one.heap.items) {
      const { used, turn, jobs } = lane
      heap.add({ used, turn, at: -1, unitCost: one.expectedCost(lane), node: jobs.first })
    }
    return heap
  })
  let turns = Number.MAX_SAFE_INTEGER - order.waiting
  for (let rank = chooseRank(waiting, passed); rank !== -1; rank = chooseRank(waiting, passed)) {
    const course = heaps[rank]!.first!
    const { value: job, after } = course.node!
    plan.push(job)
    waiting[rank]! -= 1
    notePassing(waiting, passed, rank)
    course.used += job.units * course.unitCost
    course.turn = turns++
    course.node = after
    if (after) heaps[rank]!.moved(course)
    else heaps[rank]!.remove(course)
  }
  return plan
}

/**
 * Tells who waits his place, when he asks. To tell everybody after each change would cost 10,000 steps each time;
 * a plan of all is made when it is asked for and the last one is old.
 */
export function createPlaces<J extends Job>(order: FairOrder<J>) {
  const places = new Map<J, number>()
  let changes = Number.POSITIVE_INFINITY
  let departed = 0
  return {
    /** Somebody came, or left without a start. */
    changed(job: J): void {
      changes += 1
      places.delete(job)
    },
    /** What somebody has cost is known, which may change whose turn is next. */
    settled(): void {
      changes += 1
    },
    started(job: J): void {
      changes += 1
      if (places.delete(job)) departed += 1
    },
    /** 1: the next to start. Exact while fewer than a hundred wait; else off by one in a hundred at most. */
    of(job: J): number {
      if (changes > staleness * order.waiting) {
        places.clear()
        for (const [index, each] of planOrder(order).entries()) places.set(each, index + 1)
        changes = 0
        departed = 0
      }
      const planned = places.get(job)
      // Who came after the plan was made is last as far as we know.
      return planned === undefined ? order.waiting : Math.max(1, planned - departed)
    },
  }
}
