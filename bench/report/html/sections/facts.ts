import { inOrderOfLoad, nameOf } from '../../../level.ts'
import type { BenchResult } from '../../../result.ts'
import { tellingRuns } from '../../../sweep/telling-runs.ts'
import { describeFloor, describeSteady } from '../../describe-own.ts'
import { formatCount, formatNumber } from '../../format-number.ts'
import { quoteArgv } from '../../quote-argv.ts'
import { markup, type Markup } from '../markup.ts'
import { renderChecks } from './checks-table.ts'
import { renderLoadGenerators } from './load-generators.ts'
import { notesOfAll, renderNotes } from './notes.ts'

/** What is needed to judge the run and to repeat it. */
export const renderFacts = (results: BenchResult[]): Markup => {
  const [first] = results as [BenchResult]
  const many = results.length > 1
  return markup`${renderNotes(notesOfAll(results))}
    <section>
      <h2>How it was measured</h2>
      <div class="stack">
        <div class="card">
          <pre><code>sluice bench ${quoteArgv(first.argv)}</code></pre>
        </div>
        <dl class="card facts">
          ${factsOf(results).map(
            ([name, value]) =>
              markup`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
        ${renderLoadGenerators(first)} ${many && renderOwn(results)} ${renderChecks(tellingRuns(results))}
      </div>
    </section>`
}

/** What holds for all of the loads; figures that differ by load stand with each. */
const factsOf = (results: BenchResult[]): [string, string][] => {
  const [result] = results as [BenchResult]
  const many = results.length > 1
  const { configuration, environment, connections, warm_up: warmUp } = result
  const { prompts } = configuration
  // Runs of a list draw their own where none was given, and so do the parts of a merged result.
  const seeds = new Set(results.map(({ configuration: each }) => each.prompts.seed))
  const nonces = new Set(results.map(({ configuration: each }) => each.prompts.nonce))
  const ownSeeds = result.merged_from !== undefined || seeds.size > 1
  const facts: [string, string | undefined][] = [
    ['Started', result.started_at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['Load generator', `sluice ${result.sluice_version}, Node ${environment.node}`],
    [
      'Machine',
      `${environment.cpus} × ${environment.cpu_model}, ${formatNumber(environment.memory_bytes / 2 ** 30, 0)} GiB`,
    ],
    ['System', `${environment.os}, ${environment.arch}`],
    [
      'Seed',
      ownSeeds
        ? undefined
        : `${prompts.seed}${configuration.seed === null ? '' : ` (sampling ${configuration.seed})`}`,
    ],
    [
      'Prompts',
      `${prompts.source}${prompts.nonce === null || nonces.size > 1 ? '' : `, nonce ${prompts.nonce}`}`,
    ],
    [
      'Longest answer',
      configuration.max_tokens === null ? 'as the prompts say' : `${configuration.max_tokens} tokens`,
    ],
    [
      'Connections',
      many
        ? undefined
        : `${formatCount(connections.opened_before)} before, ${formatCount(connections.opened_during)} while measuring`,
    ],
    [
      'Warm-up',
      many ? undefined : `${formatCount(warmUp.sent)} requests, ${formatCount(warmUp.failed)} failed`,
    ],
    ['Further headers', configuration.headers?.join(', ')],
    ['Further fields', configuration.extra_body && JSON.stringify(configuration.extra_body)],
    ...Object.entries(result.metadata ?? {}),
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined)
}

/** Where each load kept its level, and what the load generator added to it. */
const renderOwn = (results: BenchResult[]): Markup =>
  markup`<div class="card panel scroll">
    <table>
      <thead>
        <tr><th>Load</th><th>Steady state</th><th>Own floor</th></tr>
      </thead>
      <tbody>
        ${inOrderOfLoad(results).map(
          (result) =>
            markup`<tr>
              <th>${nameOf(result)}</th>
              <td>${describeSteady(result)}</td>
              <td>${describeFloor(result) ?? 'not measured'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
