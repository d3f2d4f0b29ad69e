export type PickPolicy = 'least-load' | 'round-robin'

/** What is known of a replica at the moment of choice. */
export type Candidate = {
  id: string
  slots: number
  /** As its engine reports them, our own requests included. */
  busySlots: number
  waiting: number
  /** Requests that were sent its way and that its engine does not count yet. */
  pending: number
  /** Characters at the start of the prompt that it has served lately. */
  matched: number
  /** Grows with every choice: the smallest was chosen longest ago. */
  lastPicked: number
}

export type PickOptions = {
  policy: PickPolicy
  promptCharacters: number
  /** Chosen where it is as good as the best: the request is prepared there already. */
  preferred: string | undefined
}

/** A match counts from this share of the prompt, or from this many characters. */
const worthwhileShare = 0.3
const worthwhileCharacters = 256
/** How far above the average load a replica may be and still get a request for its cached prefix. */
const toleratedLoad = 1.25

/** Decides where a request goes; undefined only where there are no candidates. */
export function pickReplica<C extends Candidate>(
  candidates: readonly C[],
  options: PickOptions,
): C | undefined {
  const { policy, preferred } = options
  if (candidates.length < 2) return candidates[0]
  if (policy === 'least-load')
    return pickCached(candidates, options) ?? pickLeastLoaded(candidates, preferred)
  return candidates.find(({ id }) => id === preferred) ?? longestUnpicked(candidates)
}

const requests = ({ busySlots, waiting, pending }: Candidate) => busySlots + waiting + pending
const load = (candidate: Candidate) => requests(candidate) / Math.max(1, candidate.slots)
const isFree = (candidate: Candidate) => requests(candidate) < candidate.slots

const longestUnpicked = <C extends Candidate>(candidates: readonly C[]): C | undefined =>
  candidates.reduce((best, next) => (next.lastPicked < best.lastPicked ? next : best))

function pickLeastLoaded<C extends Candidate>(
  candidates: readonly C[],
  preferred: string | undefined,
): C | undefined {
  const least = Math.min(...candidates.map(load))
  const best = candidates.filter((candidate) => load(candidate) === least)
  return best.find(({ id }) => id === preferred) ?? longestUnpicked(best)
}

/**
 * The replica that saves most prompt processing, as long as that leaves the load balanced: it is at most one
 * request above 1.25 times the average, and does not queue while another has a free slot.
 */
function pickCached<C extends Candidate>(
  candidates: readonly C[],
  { promptCharacters, preferred }: PickOptions,
): C | undefined {
  const longest = Math.max(...candidates.map(({ matched }) => matched))
  const enough = Math.min(worthwhileCharacters, worthwhileShare * promptCharacters)
  if (longest === 0 || longest < enough) return undefined
  const cached = candidates.filter(({ matched }) => matched === longest)
  const best = pickLeastLoaded(cached, preferred)!
  const average = candidates.reduce((sum, candidate) => sum + load(candidate), 0) / candidates.length
  const isBalanced = load(best) <= toleratedLoad * average + 1 / Math.max(1, best.slots)
  return isBalanced && (isFree(best) || !candidates.some(isFree)) ? best : undefined
}
