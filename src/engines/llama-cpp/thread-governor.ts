import { createStepTimes, keyOfShape, type StepShape } from './step-times.ts'
import { createSuspicion } from './suspicion.ts'
import { createThreadCounts } from './thread-counts.ts'
import { createThreadTrials } from './thread-trials.ts'

export type GovernorInput = {
  /** Cores that we share with the neighbours. */
  cores: number
  /** Most threads that can be of use. */
  mostThreads: number
  modelBytes: number
}

export type ThreadGovernor = {
  /** Threads for the next step, while others use `neighbours` cores. */
  choose(shape: StepShape, neighbours: number): number
  /** How the step went that was chosen for last; `neighbours` when it ended. */
  record(milliseconds: number, neighbours: number): void
}

/** So many times slower than expected is a collapse. From other shapes one expects less exactly. */
const collapse = { known: 3, inferred: 8 }
/** A slow step beside too many neighbours says nothing of the thread count; a normal one does. */
const normal = 1.5
/** What a doubling of threads is taken to save while nobody has tried fewer. */
const usualGain = 0.3

/**
 * Chooses thread counts by how many cores are free and by the times of past steps. More threads than free
 * cores are never used: they spin while they wait for each other, and one such step can cost a hundred. Of the
 * other counts it uses the fastest for the shape of the step, and tries the next lower and higher one now and
 * then. It has no clock: its time is the sum of the steps.
 */
export function createThreadGovernor({ cores, mostThreads, modelBytes }: GovernorInput): ThreadGovernor {
  const times = createStepTimes()
  const counts = createThreadCounts({ mostThreads, modelBytes, times })
  const suspicion = createSuspicion()
  const trials = createThreadTrials()
  let step = { shape: { rows: 1, prefill: false }, threads: 1, neighbours: 0 }

  function chooseUpTo(limit: number, shape: StepShape): number {
    if (limit === 1) return 1
    const best = counts.best(shape, limit)
    return trials.pick(keyOfShape(shape), best, counts.beside(shape, best, limit)) ?? best
  }

  /** Milliseconds that the threads of this step have saved. */
  function gainOf(shape: StepShape, threads: number, milliseconds: number): number {
    if (threads === 1) return 0
    const slower = times.expect(shape, counts.atMost(threads >> 1))
    return slower === undefined ? usualGain * milliseconds : slower - milliseconds
  }

  return {
    choose(shape, neighbours) {
      const limit = counts.atMost(Math.min(cores - neighbours, suspicion.limit()))
      step = { shape, neighbours, threads: chooseUpTo(limit, shape) }
      return step.threads
    },
    record(milliseconds, neighboursNow) {
      const { shape, threads } = step
      const crowded = threads + Math.max(step.neighbours, neighboursNow) > cores
      const expected = times.expect(shape, threads)
      const border = times.knows(shape, threads) ? collapse.known : collapse.inferred
      if (threads > 1 && expected !== undefined && milliseconds > border * expected)
        suspicion.collapsed(threads, milliseconds, milliseconds - expected)
      else suspicion.passed(milliseconds, gainOf(shape, threads, milliseconds))
      // Unless it is all we know.
      if (crowded && (expected === undefined ? threads > 1 : milliseconds > normal * expected)) return
      times.record(shape, threads, milliseconds)
    },
  }
}
