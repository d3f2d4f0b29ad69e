/** Steps from one trial to the next: at first, and at most. */
const wait = { first: 8, most: 256 }
/** What a trial will probably lose, in steps, makes it wait so much longer: it costs under 1/32 at first. */
const costWeight = 4

export type Candidate = {
  threads: number
  /** How much longer its step should take, as a part of the best one; undefined: nobody has tried it. */
  excess: number | undefined
}
type History = { best: number; since: number; wait: number; last: number }

export type ThreadTrials = {
  /** The count to try in this step instead of `best`, if it is time for one. */
  pick(shape: number, best: number, candidates: readonly Candidate[]): number | undefined
}

/** When to try another thread count. Trials get rare while they change nothing. */
export function createThreadTrials(): ThreadTrials {
  const histories = new Map<number, History>()
  return {
    pick(shape, best, candidates) {
      const history = histories.get(shape)
      if (history === undefined || history.best !== best) {
        histories.set(shape, { best, since: 0, wait: wait.first, last: history?.last ?? 0 })
        return undefined
      }
      history.since++
      const due = candidates.filter(
        ({ excess }) => excess === undefined || history.since > history.wait * (1 + costWeight * excess),
      )
      const picked = due.find(({ threads }) => threads !== history.last) ?? due[0]
      if (picked === undefined) return undefined
      history.since = 0
      history.last = picked.threads
      if (picked.excess !== undefined) history.wait = Math.min(2 * history.wait, wait.most)
      return picked.threads
    },
  }
}
