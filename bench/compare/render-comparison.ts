import Table from 'cli-table3'
import { formatCount, formatNumber } from '../report/format-number.ts'
import type { BaselineVerdict } from './baseline-verdict.ts'
import type { Comparison } from './comparison.ts'
import { describeChange } from './describe-change.ts'

export const renderBaseline = (verdict: BaselineVerdict): string => {
  const { file, outcome, differences, metrics, max_regression: allowed, by_runs: byRuns } = verdict
  const differ = `the runs differ in ${differences.join(', ')}`
  if (outcome === 'incomparable') {
    return `Baseline ${file}: not compared, as ${differ}. Measure both alike, or give --force-baseline`
  }
  const title = `Baseline ${file}${differences.length > 0 ? `, although ${differ}` : ''}`
  return `${title}\n${renderComparison({ outcome, metrics, ...(byRuns === true && { by_runs: byRuns }) }, allowed)}`
}

export const renderComparison = (comparison: Comparison, allowed: number): string => {
  const { outcome, metrics } = comparison
  const table = new Table({
    head: ['', 'before', 'after', 'change', '99.5 % sure', 'outcome'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  table.push(
    ...metrics.map((metric) => {
      const { before, after, change, range } = describeChange(metric)
      return [metric.metric, before, after, change, range, metric.outcome]
    }),
  )
  return [table.toString(), `${outcome.toUpperCase()}: ${explain(comparison, allowed)}`].join('\n')
}

const explain = ({ outcome, metrics, by_runs: byRuns }: Comparison, allowed: number): string => {
  const limit = `${formatNumber(allowed * 100, 1)} %`
  const names = metrics.filter((metric) => metric.outcome === outcome).map(({ metric }) => metric)
  if (outcome === 'pass') return `nothing is slower by more than ${limit}, and no more requests fail`
  if (outcome === 'fail') {
    const slower = names.filter((name) => name !== 'error_rate')
    return [
      slower.length > 0 && `${slower.join(', ')}: slower, and by more than ${limit}`,
      slower.length < names.length && 'more requests fail',
    ]
      .filter((part) => part !== false)
      .join('; ')
  }
  if (names.length === 0) return 'the two runs have no metric in common that succeeded'
  if (byRuns === true)
    return `${names.join(', ')}: the runs lie too far apart to say; measure more of them with --repeat, or longer ones`
  const missing = Math.max(...metrics.map((metric) => metric.missing ?? 0))
  return `${names.join(', ')}: too few requests to say; about ${formatCount(missing)} more in each run would do`
}
