import { inOrderOfLoad, nameOf } from '../../../level.ts'
import type { BenchResult } from '../../../result.ts'
import { tellingRuns } from '../../../sweep/telling-runs.ts'
import { runStatuses } from '../../../verdict/judge-run.ts'
import { describeFloor, describeSteady } from '../../describe-own.ts'
import { formatCount, formatNumber, formatShare } from '../../format-number.ts'
import { quoteArgv } from '../../quote-argv.ts'
import { markup, type Markup } from '../markup.ts'

/** What is needed to judge the run and to repeat it. */
export const renderFacts = (results: BenchResult[]): Markup => {
  const [first] = results as [BenchResult]
  const notes = [
    ...new Set(results.flatMap((result) => result.notes.map((note) => nameLevel(note, result, results)))),
  ]
  return markup`${
    notes.length > 0 &&
    markup`<section>
        <h2>Notes</h2>
        <ul class="card notes">
          ${notes.map((note) => markup`<li>${note}</li>`)}
        </ul>
      </section>`
  }
    <section>
      <h2>How it was measured</h2>
      <div class="stack">
        <div class="card">
          <pre><code>sluice bench ${quoteArgv(first.argv)}</code></pre>
        </div>
        <dl class="card facts">
          ${factsOf(first, results.length > 1).map(
            ([name, value]) =>
              markup`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
        ${results.length > 1 && renderOwn(results)} ${tellingRuns(results).map((result) => renderChecks(result, results.length > 1))}
      </div>
    </section>`
}

/** What holds for one of several loads only says for which. */
const nameLevel = (note: string, result: BenchResult, results: BenchResult[]): string =>
  results.every(({ notes }) => notes.includes(note)) ? note : `${nameOf(result)}: ${note}`

/** Of several loads, what differs by load is in a table of its own. */
const factsOf = (result: BenchResult, many: boolean): [string, string][] => {
  const { configuration, environment, tokens, stream, connections, warm_up: warmUp } = result
  const { prompts } = configuration
  const facts: [string, string | undefined][] = [
    ['Started', result.started_at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['Load generator', `sluice ${result.sluice_version}, Node ${environment.node}`],
    [
      'Machine',
      `${environment.cpus} × ${environment.cpu_model}, ${formatNumber(environment.memory_bytes / 2 ** 30, 0)} GiB`,
    ],
    ['System', `${environment.os}, ${environment.arch}`],
    ['Seed', `${prompts.seed}${configuration.seed === null ? '' : ` (sampling ${configuration.seed})`}`],
    ['Prompts', `${prompts.source}${prompts.nonce === null ? '' : `, nonce ${prompts.nonce}`}`],
    [
      'Longest answer',
      configuration.max_tokens === null ? 'as the prompts say' : `${configuration.max_tokens} tokens`,
    ],
    [
      'Prompt tokens',
      tokens.prompt === null
        ? undefined
        : `${formatCount(tokens.prompt)}${tokens.cached_prompt === null || tokens.prompt === 0 ? '' : `, ${formatShare(tokens.cached_prompt / tokens.prompt)} from the cache`}`,
    ],
    [
      'Output tokens',
      tokens.source === 'none'
        ? undefined
        : `${formatCount(tokens.output)} in ${formatCount(stream.events)} events`,
    ],
    [
      'Connections',
      `${formatCount(connections.opened_before)} before, ${formatCount(connections.opened_during)} while measuring`,
    ],
    ['Warm-up', `${formatCount(warmUp.sent)} requests, ${formatCount(warmUp.failed)} failed`],
    ['Server’s own time', describeTimings(result)],
    ['Steady state', many ? undefined : describeSteady(result)],
    ['Own floor', many ? undefined : describeFloor(result)],
    [
      'Load generators',
      result.merged_from === undefined ? undefined : `${result.merged_from.length}, merged`,
    ],
    ['Further headers', configuration.headers?.join(', ')],
    ['Further fields', configuration.extra_body && JSON.stringify(configuration.extra_body)],
    ...Object.entries(result.metadata ?? {}),
  ]
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined)
}

const describeTimings = ({ server_timings: means }: BenchResult): string | undefined => {
  const parts = Object.entries(means).map(([part, mean]) => `${part} ${formatNumber(mean, 1)} ms`)
  return parts.length === 0 ? undefined : `${parts.join(', ')} (means)`
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

const tones = Object.fromEntries(
  runStatuses.map((status, index) => [status, ['good', 'fair', 'bad'][index]!]),
)

/** The questions that the load generator asked itself. */
const renderChecks = (result: BenchResult, many: boolean): Markup | undefined =>
  result.verdict.checks.length === 0
    ? undefined
    : markup`<div class="card panel scroll">
        <table>
          <thead>
            <tr>
              <th>Self-check${many && `, ${nameOf(result)}`}</th>
              <th>Found</th>
              <th>DEGRADED above</th>
              <th>INVALID above</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            ${result.verdict.checks.map(
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
        </table>
      </div>`
