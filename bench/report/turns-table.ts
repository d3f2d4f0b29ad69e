import type { BenchResult } from '../result.ts'
import { formatCount, formatNumber } from './format-number.ts'

/** TTFT by turn: what a growing history costs, and what a prefix cache saves of it. Empty without sessions. */
export const renderTurns = ({ turns }: BenchResult): string => {
  if (turns === undefined || turns.length === 0) return ''
  const head = ['turn', 'requests', 'prompt tokens', 'cached', 'TTFT P50', 'P95', 'P99', 'max ms']
  const rows = turns.map(({ turn, requests, ttft, prompt_tokens: prompt, cached_tokens: cached }) => [
    String(turn),
    formatCount(requests),
    prompt === null ? '-' : formatNumber(prompt, 1),
    cached === null ? '-' : formatNumber(cached, 1),
    ...(['p50', 'p95', 'p99', 'max'] as const).map((name) =>
      ttft === null ? '-' : formatNumber(ttft[name], 1),
    ),
  ])
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: string[]): string =>
    `  ${cells.map((cell, column) => cell.padStart(widths[column]!)).join('  ')}`
  return ['By turn', line(head), ...rows.map(line)].join('\n')
}
