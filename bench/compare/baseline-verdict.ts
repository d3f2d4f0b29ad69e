import type { Comparison } from './comparison.ts'

/** `incomparable`: the two measured different things; `differences` says which. */
export type BaselineVerdict = {
  file: string
  started_at: string | null
  sluice_version: string | null
  /** How much slower was still accepted, as a share. */
  max_regression: number
  outcome: Comparison['outcome'] | 'incomparable'
  differences: string[]
  metrics: Comparison['metrics']
  by_runs?: true
}
