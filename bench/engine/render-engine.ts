import { renderBordered } from '../report/bordered-table.ts'
import { formatNumber } from '../report/format-number.ts'
import type { EngineFigures, EngineResult } from './engine-result.ts'

type Column = { head: string; right: boolean; read: (figures: EngineFigures) => string }

/** As llama-bench has it, with the spread as what was seen and not as a deviation. */
const columnsOf = ({ model, tests }: EngineResult): Column[] => [
  {
    head: 'model',
    right: false,
    read: () => [model.architecture, model.quantization].filter((part) => part !== null).join(' '),
  },
  { head: 'size', right: true, read: () => describeBytes(model.size_bytes) },
  { head: 'params', right: true, read: () => describeCount(model.parameters) },
  { head: 'threads', right: true, read: ({ threads }) => (threads === null ? '-' : String(threads)) },
  ...(tests.some(({ batch }) => batch > 1)
    ? [{ head: 'batch', right: true, read: ({ batch }: EngineFigures) => String(batch) }]
    : []),
  { head: 'test', right: true, read: ({ test }) => test },
  { head: 't/s', right: true, read: ({ tokens_per_second: speed }) => formatNumber(speed.median, 2) },
  {
    head: 'min to max',
    right: true,
    read: ({ tokens_per_second: { min, max } }) => `${formatNumber(min, 2)} to ${formatNumber(max, 2)}`,
  },
]

export const renderEngine = (result: EngineResult): string => {
  const table = renderBordered(
    columnsOf(result).map(({ head, right, read }) => ({
      head,
      align: right ? 'right' : 'left',
      cells: result.tests.map(read),
    })),
  )
  return `${table}\n${explain(result)}`
}

export const renderEngineMarkdown = (result: EngineResult): string => {
  const columns = columnsOf(result)
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  return [
    line(columns.map(({ head }) => head)),
    `|${columns.map(({ right }) => (right ? ' ---: ' : ' --- ')).join('|')}|`,
    ...result.tests.map((figures) => line(columns.map(({ read }) => read(figures)))),
    '',
    explain(result),
  ].join('\n')
}

const explain = ({ tests, environment, interrupted }: EngineResult): string => {
  const repetitions = tests[0]?.tokens_per_second.samples.length ?? 0
  return `tokens/s of all sequences together, medians of ${repetitions}; ${environment.cpus} × ${environment.cpu_model}${interrupted ? '; interrupted' : ''}`
}

const describeBytes = (bytes: number): string =>
  bytes < 2 ** 30 ? `${formatNumber(bytes / 2 ** 20, 2)} MiB` : `${formatNumber(bytes / 2 ** 30, 2)} GiB`

const describeCount = (count: number | null): string => {
  if (count === null) return '-'
  return count < 1e9 ? `${formatNumber(count / 1e6, 2)} M` : `${formatNumber(count / 1e9, 2)} B`
}
