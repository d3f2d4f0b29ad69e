import type { FairOrder, Job } from './fair-order.ts'
import type { Holders } from './holders.ts'
import { rankOf } from './priority.ts'

/**
 * Whose place in a full queue goes to `newcomer`: the newest of the key that holds most, if that is more than the
 * newcomer's would hold; else one of a lower class. Never one of a higher class. Undefined: the newcomer is refused.
 */
export function chooseVictim<J extends Job>(
  order: FairOrder<J>,
  holders: Holders,
  newcomer: J,
): J | undefined {
  const own = rankOf(newcomer.priority)
  const greatest = holders.greatest()
  if (greatest !== undefined && holders.count(greatest) > holders.count(newcomer.key) + 1) {
    for (let rank = order.classes.length - 1; rank >= own; rank--) {
      const victim = order.classes[rank]!.lane(greatest)?.jobs.last
      if (victim) return victim.value
    }
  }
  for (let rank = order.classes.length - 1; rank > own; rank--) {
    // The last of a heap is one of those whose turn comes late.
    const victim = order.classes[rank]!.heap.items.at(-1)?.jobs.last
    if (victim) return victim.value
  }
  return undefined
}
