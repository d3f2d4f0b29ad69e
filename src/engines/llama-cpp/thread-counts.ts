import type { StepShape, StepTimes } from './step-times.ts'
import type { Candidate } from './thread-trials.ts'

export type ThreadCounts = {
  /** The largest count to consider that is no larger. */
  atMost(limit: number): number
  /** Of the counts up to `limit`, the one with the shortest steps as far as known. */
  best(shape: StepShape, limit: number): number
  /** The next higher and lower one. */
  beside(shape: StepShape, count: number, limit: number): Candidate[]
}

/** A tie goes to fewer threads: the neighbours have use for a core. */
const tie = 1.03
/** While nothing is known: a thread for so many bytes of weights times rows. */
const bytesPerThread = 4 * 2 ** 20

export type ThreadCountsInput = { mostThreads: number; modelBytes: number; times: StepTimes }

/** The thread counts that are considered, compared by what their steps take. */
export function createThreadCounts({ mostThreads, modelBytes, times }: ThreadCountsInput): ThreadCounts {
  const ladder = createLadder(mostThreads)
  const atMost = (limit: number) => ladder.findLast((count) => count <= limit) ?? 1

  function findFastest(shape: StepShape, limit: number): number | undefined {
    const known = ladder.flatMap((threads) => {
      const expected = threads <= limit ? times.expect(shape, threads) : undefined
      return expected === undefined ? [] : { threads, expected }
    })
    const least = Math.min(...known.map(({ expected }) => expected))
    return known.find(({ expected }) => expected <= tie * least)?.threads
  }

  return {
    atMost,
    best(shape, limit) {
      const fastest = findFastest(shape, mostThreads)
      if (fastest === undefined)
        return atMost(Math.min(limit, Math.ceil((modelBytes * shape.rows) / bytesPerThread)))
      if (fastest <= limit) return fastest
      // Over the counts, times have one minimum, and it lies above: what is nearer to it is better.
      return times.expect(shape, limit) === undefined ? limit : findFastest(shape, limit)!
    },
    beside(shape, count, limit) {
      const place = ladder.indexOf(count)
      const expected = times.expect(shape, count)
      return [ladder[place + 1] ?? Infinity, ladder[place - 1] ?? Infinity]
        .filter((threads) => threads <= limit)
        .map((threads) => ({ threads, excess: excessOf(times.expect(shape, threads), expected) }))
    },
  }
}

/** Every count up to 8, then steps of about a quarter. */
function createLadder(most: number): number[] {
  const counts: number[] = []
  for (let count = 1; count < most; count = count < 8 ? count + 1 : Math.round(count * 1.25))
    counts.push(count)
  return [...counts, most]
}

/** Undefined while one of them is. What looks better than the best is a tie. */
const excessOf = (expected: number | undefined, best: number | undefined): number | undefined =>
  expected === undefined || best === undefined ? undefined : Math.max(0, expected / best - 1)
