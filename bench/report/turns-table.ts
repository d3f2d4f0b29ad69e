import type { BenchResult } from '../result.ts'
import { formatCount, formatNumber, formatShare } from './format-number.ts'

export const turnColumns = [
  'turn', 'requests', 'prompt tokens', 'cached', 'cached %', 'TTFT P50', 'P95', 'P99', 'max ms',
] // prettier-ignore

/** TTFT by turn: what a growing history costs, and what a prefix cache saves of it. None without sessions. */
export const listTurns = ({ turns = [] }: BenchResult): string[][] =>
  turns.map(({ turn, requests, ttft, prompt_tokens: prompt, cached_tokens: cached }) => [
    String(turn),
    formatCount(requests),
    prompt === null ? '-' : formatNumber(prompt, 1),
    cached === null ? '-' : formatNumber(cached, 1),
    cached === null || prompt === null || prompt === 0 ? '-' : formatShare(cached / prompt),
    ...(['p50', 'p95', 'p99', 'max'] as const).map((name) => {
      if (ttft === null) return '-'
      const unsure = name !== 'max' && ttft.uncertain.includes(name)
      return `${unsure ? '~' : ''}${formatNumber(ttft[name], 1)}`
    }),
  ])

/** For a terminal; empty without sessions. */
export const renderTurns = (result: BenchResult): string => {
  const rows = listTurns(result)
  if (rows.length === 0) return ''
  const widths = turnColumns.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (cells: string[]): string =>
    `  ${cells.map((cell, column) => cell.padStart(widths[column]!)).join('  ')}`
  return ['By turn', line(turnColumns), ...rows.map(line)].join('\n')
}
