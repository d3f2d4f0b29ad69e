import { levelOf } from '../../../level.ts'
import type { BenchResult } from '../../../result.ts'
import { runStatuses, type RunCheck } from '../../../verdict/judge-run.ts'
import { formatNumber } from '../../format-number.ts'
import { markup, type Markup } from '../markup.ts'

const tones = Object.fromEntries(
  runStatuses.map((status, index) => [status, ['good', 'fair', 'bad'][index]!]),
)

type Column = { name: string; checks: RunCheck[] }

/** The questions that the load generator asked itself: of one run in full, of several loads or parts side by side. */
export const renderChecks = (results: BenchResult[]): Markup | undefined => {
  const columns = results.flatMap((result): Column[] => {
    const parts = result.merged_from
    if (parts === undefined) return [{ name: levelOf(result), checks: result.verdict.checks }]
    return parts.map(({ verdict, file }) => ({ name: file, checks: verdict.checks }))
  })
  const asked = columns.filter(({ checks }) => checks.length > 0)
  if (asked.length === 0) return undefined
  return markup`<div class="card panel scroll">
    ${asked.length === 1 ? renderOne(asked[0]!.checks) : renderSeveral(asked)}
  </div>`
}

const renderOne = (checks: RunCheck[]): Markup =>
  markup`<table>
    <thead>
      <tr>
        <th>Self-check</th>
        <th>Found</th>
        <th>DEGRADED above</th>
        <th>INVALID above</th>
        <th>Verdict</th>
      </tr>
    </thead>
    <tbody>
      ${checks.map(
        ({ check, value, degraded_above: degraded, invalid_above: invalid, status }) =>
          markup`<tr>
            <th>${check}</th>
            <td>${formatNumber(value, 3)}</td>
            <td>${degraded}</td>
            <td>${invalid ?? '-'}</td>
            <td><b class="${tones[status]}">${status}</b></td>
          </tr>`,
      )}
    </tbody>
  </table>`

const renderSeveral = (columns: Column[]): Markup => {
  const names = [...new Set(columns.flatMap(({ checks }) => checks.map(({ check }) => check)))]
  return markup`<table>
    <thead>
      <tr>
        <th>Self-check</th>
        ${columns.map(({ name }) => markup`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${names.map(
        (name) =>
          markup`<tr>
            <th>${name}</th>
            ${columns.map(({ checks }) => renderCell(checks.find(({ check }) => check === name)))}
          </tr>`,
      )}
    </tbody>
  </table>`
}

const renderCell = (check: RunCheck | undefined): Markup => {
  if (check === undefined) return markup`<td>-</td>`
  const { value, status, degraded_above: degraded, invalid_above: invalid } = check
  const limit = status === 'INVALID' ? invalid : degraded
  const found = formatNumber(value, 3)
  return status === 'VALID'
    ? markup`<td>${found}</td>`
    : markup`<td><b class="${tones[status]}">${found}</b><small>${status} above ${limit ?? '-'}</small></td>`
}
