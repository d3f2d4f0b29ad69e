import type { BenchResult } from '../result.ts'

/** Parts of a result that no sum of parts has, and why; the merged result says so where a part had them. */
export const leftOut = {
  floor: 'each load generator has a floor of its own, in merged_from, and the verdict went by it',
  baseline:
    'a part was compared with an earlier run, and the whole was not: use bench compare on the merged result',
  sweep: 'a search chose the load of a part; its answer is not one of all parts',
  search_baseline: 'a part was compared with an earlier search, and the whole is none',
  repeat: 'a merged result is one run, made of a part of each load generator',
} as const satisfies Partial<Record<keyof BenchResult, string>>

export type LeftOut = keyof typeof leftOut

/** One note for each that a part had. The floor is no loss: `merged_from` keeps it. */
export const explainLeftOut = (runs: BenchResult[]): string[] =>
  (['baseline', 'sweep'] as const)
    .filter((field) => runs.some((run) => run[field] !== undefined))
    .map((field) => `without ${field}: ${leftOut[field]}`)
