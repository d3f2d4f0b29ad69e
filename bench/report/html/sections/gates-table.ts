import { nameOf } from '../../../level.ts'
import type { BenchResult } from '../../../result.ts'
import { describeChange } from '../../../compare/describe-change.ts'
import { listGates } from '../../gates.ts'
import { markup, type Markup } from '../markup.ts'

const tones = { passed: 'good', failed: 'bad', open: 'fair' } as const

/** What the run was asked to keep; nothing where nothing was asked. */
export const renderGateSection = (results: BenchResult[]): Markup | undefined => {
  const rows = results.flatMap((result) => listGates(result).map((gate) => ({ gate, level: nameOf(result) })))
  if (rows.length === 0) return undefined
  const many = results.length > 1
  return markup`<section>
    <h2>Gates</h2>
    <div class="stack">
      <div class="card panel scroll">
        <table class="words">
          <thead>
            <tr>
              ${many && markup`<th>Load</th>`}
              <th>Condition</th>
              <th>Outcome</th>
              <th>Found</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ gate, level }) =>
                markup`<tr>
                  ${many && markup`<td>${level}</td>`}
                  <td>${gate.name}</td>
                  <td><b class="${tones[gate.outcome]}">${gate.outcome}</b></td>
                  <td>${gate.detail}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${results.map(renderBaseline)}
    </div>
  </section>`
}

const outcomeTones = { pass: 'good', fail: 'bad', inconclusive: 'fair' } as const

const renderBaseline = (result: BenchResult): Markup | undefined => {
  const { baseline } = result
  if (baseline === undefined || baseline.metrics.length === 0) return undefined
  return markup`<div class="card panel scroll">
    <table>
      <thead>
        <tr>
          <th>Against ${baseline.file}, ${nameOf(result)}</th>
          <th>Before</th>
          <th>After</th>
          <th>Change</th>
          <th>99.5 % sure</th>
          <th>Outcome</th>
        </tr>
      </thead>
      <tbody>
        ${baseline.metrics.map((metric) => {
          const { before, after, change, range } = describeChange(metric)
          return markup`<tr>
            <th>${metric.metric}</th>
            <td>${before}</td>
            <td>${after}</td>
            <td>${change}</td>
            <td>${range}</td>
            <td><b class="${outcomeTones[metric.outcome]}">${metric.outcome}</b></td>
          </tr>`
        })}
      </tbody>
    </table>
  </div>`
}
