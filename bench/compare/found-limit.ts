import type { BenchResult } from '../result.ts'
import { levelsOf } from '../sweep/describe-sweep.ts'

/** Between which loads the highest that meets the goal lies. Null: no load of that kind was measured. */
export type FoundLimit = {
  /** The highest load that met it, certainly or probably. */
  highest: number | null
  /** The highest load that certainly met it, and the lowest that certainly missed it. */
  surely: number | null
  not: number | null
}

/** What runs at several loads say together; `share` of the requests had to keep the limits. */
export const findLimit = (runs: BenchResult[], share: number): FoundLimit => {
  const levels = levelsOf(runs, share)
  const not = levels.find(({ outcome }) => outcome?.outcome === 'misses' && outcome.certain)?.load ?? null
  const missed = levels.find(({ outcome }) => outcome?.outcome === 'misses')?.load
  const below = (limit: number | null | undefined, certain: boolean): number | null =>
    levels.findLast(
      ({ load, outcome }) =>
        outcome?.outcome === 'meets' && (!certain || outcome.certain) && (limit == null || load < limit),
    )?.load ?? null
  return { highest: below(missed, false), surely: below(not, true), not }
}

/** The most that the limit can be. Nothing above the highest load was measured: then no more than that is claimed. */
export const mostOf = ({ highest, not }: FoundLimit, whole: boolean): number => {
  if (not === null) return highest ?? 0
  return whole ? not - 1 : not
}
