import type { BenchResult } from '../result.ts'
import { listDifferences } from './read-run.ts'

/** The settings beside the load, which a search chooses itself, and what both looked for. */
export const listSearchDifferences = (before: BenchResult, after: BenchResult): string[] => {
  const { concurrency, arrivals } = after.configuration
  const { arrivals: earlier } = before.configuration
  const configuration = {
    ...before.configuration,
    ...(earlier === null && { concurrency }),
    ...(earlier !== null && arrivals !== null && { arrivals: { ...earlier, rate: arrivals.rate } }),
  }
  const [left, right] = [goalOf(before), goalOf(after)]
  const goals = Object.keys(right)
    // A list has no goal of its own: it can be judged by any that its limits allow.
    .filter((name) => left[name] !== right[name] && (name === 'the limits' || before.sweep !== undefined))
    .map((name) => `${name} (${left[name]}, then ${right[name]})`)
  return [...listDifferences({ ...before, configuration }, after), ...goals]
}

const goalOf = ({ goodput, sweep }: BenchResult): Record<string, string> => {
  const limits = Object.entries(goodput?.limits ?? {}).map(([metric, limit]) => `${metric} ${limit} ms`)
  const share = sweep?.goodput_share ?? null
  return {
    'the limits': limits.toSorted().join(', ') || 'none',
    'the share that must keep them': share === null ? 'none' : `${share * 100} %`,
  }
}
