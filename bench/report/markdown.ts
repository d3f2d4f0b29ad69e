import { percentiles, type LatencySummary } from '../record/statistics.ts'
import { inOrderOfLoad, nameOf } from '../level.ts'
import { describeRepeats, isRepeated } from '../repeat/describe-repeats.ts'
import { repeatHead, rowsOf, titleOf } from '../repeat/render-repeats.ts'
import { latencyNames, type BenchResult } from '../result.ts'
import { renderAnswer } from '../sweep/render-answer.ts'
import { tellingRuns } from '../sweep/telling-runs.ts'
import { describeServerMetrics, serverTitle } from './describe-server.ts'
import { describeLoad } from './describe-load.ts'
import { formatCount, formatNumber, formatShare } from './format-number.ts'
import { listGates } from './gates.ts'
import { listFigures } from './list-figures.ts'
import { latencyLabels } from './latency-labels.ts'
import { escape, table } from './markdown-table.ts'
import { quoteArgv } from './quote-argv.ts'
import { listTurns, turnColumns } from './turns-table.ts'

const signs = { VALID: '✅', DEGRADED: '⚠️', INVALID: '❌', passed: '✅', failed: '❌', open: '⚠️' }

/** For a pull request or GitHub's step summary: what a reviewer looks for first, the rest folded away. */
export const renderMarkdown = (results: BenchResult[]): string => {
  const [first] = results as [BenchResult]
  const blocks = [
    `## sluice bench: ${escape(first.target.model)}`,
    results.length > 1 ? renderLoads(results) : '',
    results.length > 1 ? renderTtfts(results) : '',
    isRepeated(results) ? renderRepeated(results) : '',
    results.length > 1
      ? renderAnswer(results)
          .map((line) => `- ${escape(line.trim())}`)
          .join('\n')
      : '',
    ...tellingRuns(results).map((result) => renderRun(result, results.length > 1)),
    `<details><summary>How it was measured</summary>\n\n\`\`\`\nsluice bench ${quoteArgv(first.argv).replaceAll('```', '` ` `')}\n\`\`\`\n\n${describeMachine(first)}${describeMetadata(first)}\n\n</details>`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

const renderRun = (result: BenchResult, many: boolean): string => {
  const { verdict, target, configuration, requests, duration_s: duration } = result
  const blocks = [
    many && `### ${nameOf(result)}`,
    `${signs[verdict.status]} **${verdict.status}** · ${escape(target.base_url)} · ${describeLoad(configuration)} · ${formatCount(requests.succeeded)} of ${formatCount(requests.sent)} requests in ${formatNumber(duration, 1)} s${result.interrupted ? ' · **interrupted**' : ''}`,
    verdict.reasons.map((reason) => `- ${verdict.status}: ${escape(reason)}`).join('\n'),
    renderGates(result),
    renderRates(result),
    renderLatencies(result),
    renderTurns(result),
    renderServer(result),
    renderErrors(result),
    renderMore(result),
  ]
  return blocks.filter((block) => typeof block === 'string' && block !== '').join('\n\n')
}

const renderGates = (result: BenchResult): string => {
  const gates = listGates(result)
  if (gates.length === 0) return ''
  return table(
    ['Gate', '', 'Found'],
    gates.map(({ name, outcome, detail }) => [
      `\`${name.replaceAll('`', '')}\``,
      `${signs[outcome]} ${outcome}`,
      detail,
    ]),
  )
}

const renderRates = ({ throughput, success_rate: success, goodput }: BenchResult): string => {
  const cells: [string, string | undefined][] = [
    ['Requests/s', formatNumber(throughput.requests_per_second, 2)],
    ['Inputs/s', figure(throughput.inputs_per_second)],
    ['Output tokens/s', figure(throughput.output_tokens_per_second)],
    ['Total tokens/s', figure(throughput.total_tokens_per_second)],
    ['Success rate', success === null ? undefined : formatShare(success)],
    ['Goodput', goodput === null ? undefined : formatShare(goodput.share)],
  ]
  const known = cells.filter((cell): cell is [string, string] => cell[1] !== undefined)
  return table(known.map(([name]) => name), [known.map(([, value]) => value)]) // prettier-ignore
}

const figure = (value: number | null | undefined, digits = 1): string | undefined =>
  value === null || value === undefined ? undefined : formatNumber(value, digits)

const columns = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const

const renderLatencies = ({ latency }: BenchResult): string => {
  const hidden = latency.itl === null ? 'itl' : 'chunk_gap'
  const rows = latencyNames.flatMap((name) => {
    const summary = latency[name]
    return summary === null || name === hidden
      ? []
      : [[latencyLabels[name], ...columns.map((column) => cellOf(summary, column))]]
  })
  if (rows.length === 0) return ''
  const unsure = rows.some((row) => row.some((cell) => cell.startsWith('~')))
  const head = ['ms', ...columns.map((column) => column.replace('p', 'P'))]
  return `${table(head, rows)}${unsure ? '\n\n~ too few samples to vouch for this percentile' : ''}`
}

const cellOf = (summary: LatencySummary, column: (typeof columns)[number]): string => {
  const unsure = percentiles.some((each) => `p${each}` === column && summary.uncertain.includes(`p${each}`))
  return `${unsure ? '~' : ''}${formatNumber(summary[column], summary.max < 100 ? 2 : 1)}`
}

const renderLoads = (results: BenchResult[]): string =>
  table(
    [
      'Load',
      'Requests/s',
      'Output tokens/s',
      'TTFT P50',
      'TTFT P99',
      'E2E mean',
      'E2E P95',
      'E2E P99',
      'Verdict',
    ],
    inOrderOfLoad(results).map((result) => {
      const { throughput, latency, verdict } = result
      const figures = [
        throughput.requests_per_second,
        throughput.output_tokens_per_second,
        latency.ttft?.p50,
        latency.ttft?.p99,
        latency.e2e?.mean,
        latency.e2e?.p95,
        latency.e2e?.p99,
      ]
      return [
        nameOf(result),
        ...figures.map((value) => figure(value) ?? '-'),
        `${signs[verdict.status]} ${verdict.status}`,
      ]
    }),
  )

const ttftColumns = ['min', 'mean', 'p50', 'p95', 'p99', 'max'] as const

const renderTtfts = (results: BenchResult[]): string =>
  results.some(({ latency }) => latency.ttft !== null)
    ? table(
        ['TTFT, ms', ...ttftColumns.map((column) => column.replace('p', 'P'))],
        inOrderOfLoad(results).map((result) => [
          nameOf(result),
          ...ttftColumns.map((column) => figure(result.latency.ttft?.[column]) ?? '-'),
        ]),
      )
    : ''

const renderRepeated = (results: BenchResult[]): string =>
  describeRepeats(results)
    .map((load) => `### ${titleOf(load)}\n\n${table(repeatHead, rowsOf(load))}`)
    .join('\n\n')

const renderServer = (result: BenchResult): string => {
  const rows = describeServerMetrics(result)
  return rows.length === 0 ? '' : table([serverTitle(result), ''], rows)
}

const renderTurns = (result: BenchResult): string => {
  const rows = listTurns(result)
  return rows.length === 0 ? '' : table(turnColumns, rows)
}

const renderErrors = ({ errors, warm_up: warmUp, requests }: BenchResult): string => {
  const shown = requests.sent === 0 ? warmUp.errors : errors
  if (shown.length === 0) return ''
  return table(
    [requests.sent === 0 ? 'Failed while warming up' : 'Failed', 'Kind', 'Message'],
    shown.map(({ count, kind, message, messages }) => [
      formatCount(count),
      kind,
      `${message}${messages > 1 ? ` (and ${messages - 1} other messages)` : ''}`,
    ]),
  )
}

/** What the screen's report says beside the tables, folded away. */
const renderMore = (result: BenchResult): string => {
  const lines = listFigures(result).map(([name, value]) => `- ${name}: ${escape(value)}`)
  const notes = result.notes.map((note) => `- ${escape(note)}`)
  const blocks = [lines, notes].filter((block) => block.length > 0).map((block) => block.join('\n'))
  return `<details><summary>All figures and notes</summary>\n\n${blocks.join('\n\n---\n\n')}\n\n</details>`
}

const describeMachine = ({
  environment,
  sluice_version: version,
  configuration: { prompts },
}: BenchResult): string =>
  `sluice ${version} · Node ${environment.node} · ${environment.cpus} × ${escape(environment.cpu_model)} · ${escape(environment.os)} · seed ${prompts.seed}`

const describeMetadata = ({ metadata = {} }: BenchResult): string =>
  Object.entries(metadata)
    .map(([key, value]) => `\n- ${escape(key)}: ${escape(value)}`)
    .join('')
