import type { TurnFigures } from '../../../record/turn-tally.ts'
import type { BenchResult } from '../../../result.ts'
import { formatShare } from '../../format-number.ts'
import type { Axis, Chart, Point, Series } from '../chart/chart.ts'
import { latencyScale, linearScale, stepScale } from '../chart/scale.ts'
import { markup, type Markup } from '../markup.ts'
import { listTurns, turnColumns } from '../../turns-table.ts'

/** Of sessions: what each further turn costs beside the prompt that grows, and how much of it a cache had. */
export const chartTurns = (result: BenchResult, id: string): Chart[] => {
  const { turns = [] } = result
  const x: Axis = { label: 'turn', unit: '', scale: stepScale(turns.map(({ turn }) => turn)) }
  const table = tableTurns(result)
  return [
    chartTtft(turns, `${id}-turn-ttft`, x, table),
    chartPrompt(turns, `${id}-turn-prompt`, x, table),
  ].filter((chart) => chart !== undefined)
}

const chartTtft = (turns: TurnFigures[], id: string, x: Axis, table: Markup): Chart | undefined => {
  const lineOf = (statistic: 'p50' | 'p95'): Point[] =>
    turns.flatMap(({ turn, ttft, requests }): Point[] =>
      ttft === null ? [] : [[turn, ttft[statistic], `${requests} requests`]],
    )
  const series: Series[] = [
    { name: 'P50', shape: 'line', tone: 't1', points: lineOf('p50') },
    { name: 'P95', shape: 'line', tone: 't2', dash: 'dashed', points: lineOf('p95') },
  ]
  const heights = series.flatMap(({ points }) => points.map(([, height]) => height))
  if (heights.length === 0) return undefined
  const sorted = heights.toSorted((left, right) => left - right)
  const middle = sorted[Math.floor(sorted.length / 2)]!
  return {
    id,
    title: 'TTFT by turn',
    text: 'Time to the first output of each turn of all sessions.',
    x,
    y: { label: 'TTFT', unit: 'ms', scale: latencyScale(sorted[0]!, middle, sorted.at(-1)!) },
    series,
    table,
  }
}

const chartPrompt = (turns: TurnFigures[], id: string, x: Axis, table: Markup): Chart | undefined => {
  const lineOf = (name: 'prompt_tokens' | 'cached_tokens'): Point[] =>
    turns.flatMap((figures): Point[] => {
      const { turn, prompt_tokens: prompt, [name]: tokens } = figures
      if (tokens === null) return []
      const share = name === 'cached_tokens' && prompt !== null && prompt > 0 ? tokens / prompt : undefined
      return share === undefined ? [[turn, tokens]] : [[turn, tokens, `${formatShare(share)} of the prompt`]]
    })
  const series: Series[] = [
    { name: 'prompt tokens', shape: 'line', tone: 't3', points: lineOf('prompt_tokens') },
    { name: 'from the cache', shape: 'line', tone: 't4', dash: 'dashed', points: lineOf('cached_tokens') },
  ]
  const shown = series.filter(({ points }) => points.length > 0)
  if (shown.length === 0) return undefined
  const most = Math.max(...shown.flatMap(({ points }) => points.map(([, height]) => height)))
  return {
    id,
    title: 'Prompt by turn',
    text: 'Tokens of the prompt, history included, and how many of them the server had in its cache; means.',
    x,
    y: { label: 'tokens', unit: 'tokens', scale: linearScale(most) },
    series: shown,
    table,
  }
}

const tableTurns = (result: BenchResult): Markup =>
  markup`<table>
    <thead>
      <tr>
        ${turnColumns.map((name) => markup`<th>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${listTurns(result).map(
        ([turn, ...cells]) =>
          markup`<tr>
            <th>${turn}</th>
            ${cells.map((cell) => markup`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`
