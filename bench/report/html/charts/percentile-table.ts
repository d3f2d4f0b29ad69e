import { percentiles, type LatencySummary } from '../../../record/statistics.ts'
import { formatNumber } from '../../format-number.ts'
import { markup, type Markup } from '../markup.ts'

const columns = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const

/** Milliseconds; below each percentile where it lies with 95 % confidence. */
export const tablePercentiles = (rows: { label: string; summary: LatencySummary }[]): Markup =>
  markup`<table>
    <thead>
      <tr>
        <th>ms</th>
        ${columns.map((column) => markup`<th>${column.replace('p', 'P')}</th>`)}
        <th>values</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ label, summary }) =>
          markup`<tr>
            <th>${label}</th>
            ${columns.map((column) => markup`<td>${mark(summary, column)}${formatNumber(summary[column], digitsFor(summary.max))}${boundsOf(summary, column)}</td>`)}
            <td>${formatNumber(summary.count, 0)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`

const mark = ({ uncertain }: LatencySummary, column: string): string =>
  (uncertain as string[]).includes(column) ? '~' : ''

const boundsOf = (summary: LatencySummary, column: string): Markup | undefined => {
  const percentile = percentiles.find((each) => `p${each}` === column)
  if (percentile === undefined) return undefined
  const digits = digitsFor(summary.max)
  const ends = summary.confidence[`p${percentile}`].map((end) =>
    end === null ? '?' : formatNumber(end, digits),
  )
  return markup`<small>${ends.join(' to ')}</small>`
}

/** About four digits at the row's upper end. */
const digitsFor = (largest: number): number =>
  largest < 10 ? 3 : largest < 100 ? 2 : largest < 10_000 ? 1 : 0
