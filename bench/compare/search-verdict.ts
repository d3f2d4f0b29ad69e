import type { LoadUnit } from '../load-unit.ts'
import type { BaselineVerdict } from './baseline-verdict.ts'

/** The answer of a search beside that of an earlier one. */
export type SearchVerdict = Pick<
  BaselineVerdict,
  'file' | 'started_at' | 'sluice_version' | 'max_regression' | 'outcome' | 'differences'
> & {
  unit: LoadUnit
  /** `goal`: the highest load that meets it; `knee`: the load beyond which throughput hardly rises. Null: none. */
  compared: 'goal' | 'knee'
  before: number | null
  after: number | null
  /** Of a goal; null where nothing can be said. */
  change: LimitChange | null
  /** How latencies compare at the load found; null where the file has no run at it. */
  latency: BaselineVerdict['outcome'] | null
}

/** Of the highest load, as a share: 0.1 is 10 % more. `upper` null: nothing above was missed, so nothing bounds it. */
export type LimitChange = { estimate: number; lower: number; upper: number | null }
