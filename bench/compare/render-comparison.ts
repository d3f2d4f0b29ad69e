import { renderBordered } from '../report/bordered-table.ts'
import { formatCount, formatNumber } from '../report/format-number.ts'
import { wrap } from '../report/wrap.ts'
import type { BaselineVerdict } from './baseline-verdict.ts'
import type { Comparison } from './comparison.ts'
import { describeChange, type ChangeTexts } from './describe-change.ts'

export const renderBaseline = (verdict: BaselineVerdict, columns = 100): string => {
  const { file, outcome, differences, metrics, max_regression: allowed, by_runs: byRuns } = verdict
  const differ = `the runs differ in ${differences.join(', ')}`
  if (outcome === 'incomparable') {
    return wrap(
      `Baseline ${file}: not compared, as ${differ}. Measure both alike, or give --force-baseline`,
      columns,
      '',
      '',
    )
  }
  const title = wrap(
    `Baseline ${file}${differences.length > 0 ? `, although ${differ}` : ''}`,
    columns,
    '',
    '',
  )
  const comparison = { outcome, metrics, ...(byRuns === true && { by_runs: byRuns }) }
  return `${title}\n${renderComparison(comparison, allowed, columns)}`
}

export const renderComparison = (comparison: Comparison, allowed: number, columns = 100): string => {
  const { outcome, metrics } = comparison
  const texts = metrics.map(describeChange)
  const cells = (part: keyof ChangeTexts): string[] => texts.map((text) => text[part])
  const table = renderBordered([
    { head: '', align: 'left', cells: metrics.map(({ metric }) => metric) },
    { head: 'before', align: 'right', cells: cells('before') },
    { head: 'after', align: 'right', cells: cells('after') },
    { head: 'change', align: 'right', cells: cells('change') },
    { head: '99.5 % sure', align: 'right', cells: cells('range') },
    { head: 'outcome', align: 'left', cells: metrics.map((metric) => metric.outcome) },
  ])
  return [table, wrap(explain(comparison, allowed), columns, `${outcome.toUpperCase()}: `, '  ')].join('\n')
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
