import { latencyNames, type BenchResult } from '../result.ts'
import { describeServerMetrics, serverTitle } from './describe-server.ts'
import { describeLoad } from './describe-load.ts'
import { renderFigures } from './figures.ts'
import { describeGate } from './gates.ts'
import { renderLatencyTable } from './latency-table.ts'
import { renderTurns } from './turns-table.ts'
import { wrap } from './wrap.ts'

/** The whole result as text for a terminal or a log. The same document always gives the same text. */
export const renderReport = (result: BenchResult, columns = 100): string =>
  [
    renderTitle(result, columns),
    renderFigures(result, columns),
    renderLatencyTable(result, columns),
    renderTurns(result),
    renderServer(result, columns),
    renderErrors(result, columns),
    renderThresholds(result),
    result.verdict.reasons
      .map((reason) => wrap(`${result.verdict.status}: ${reason}`, columns, '- ', '  '))
      .join('\n'),
    result.notes.map((note) => wrap(note, columns, '- ', '  ')).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n')

const renderTitle = (
  { target, configuration, interrupted, verdict }: BenchResult,
  columns: number,
): string => {
  const { stream, max_tokens: maxTokens } = configuration
  const title = `${verdict.status}  sluice bench: ${target.model} at ${target.base_url}`
  const limit = maxTokens === null ? '' : `, at most ${maxTokens} tokens`
  const mode = `${describeLoad(configuration)}, ${target.endpoint}, ${stream ? 'streaming' : 'not streaming'}${limit}`
  return `${title}\n${wrap(`${mode}${interrupted ? ', INTERRUPTED' : ''}`, columns, '', '')}`
}

const renderServer = (result: BenchResult, columns: number): string => {
  const rows = describeServerMetrics(result)
  if (rows.length === 0) return ''
  const lines = rows.map(([name, value]) => wrap(value, columns, `  ${name.padEnd(20)}`, ' '.repeat(22)))
  return [serverTitle(result), ...lines].join('\n')
}

const renderErrors = ({ errors, warm_up: warmUp, requests }: BenchResult, columns: number): string => {
  const shown = requests.sent === 0 ? warmUp.errors : errors
  if (shown.length === 0) return ''
  const lines = shown.map(({ kind, count, message, messages }) => {
    const more = messages > 1 ? ` (and ${messages - 1} other messages)` : ''
    const head = `  ${String(count).padStart(6)}  ${kind.padEnd(16)}  `
    return wrap(`${message}${more}`, columns, head, ' '.repeat(head.length))
  })
  return [requests.sent === 0 ? 'Errors while warming up' : 'Errors', ...lines].join('\n')
}

const renderThresholds = ({ thresholds, latency }: BenchResult): string =>
  thresholds
    .map((verdict) =>
      describeGate(verdict, isUncertain(latency, verdict.metric) ? ', from too few samples' : ''),
    )
    .join('\n')

const isUncertain = (latency: BenchResult['latency'], metric: string): boolean =>
  latencyNames.some((name) =>
    latency[name]?.uncertain.some((percentile) => metric === `${name}_${percentile}`),
  )
