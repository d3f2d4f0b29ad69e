import type { BenchResult } from '../../../result.ts'
import type { Chart, Point } from '../chart/chart.ts'
import { latencyScale, linearScale } from '../chart/scale.ts'
import { thinPoints } from '../chart/thin-points.ts'
import { formatThree, formatTime } from '../figure-text.ts'
import { markup, type Markup } from '../markup.ts'
import { rankOf } from '../slices.ts'

/** Prompts that are nearly alike say nothing about length. */
const leastSpread = 1.5
const groups = 6

type Measured = { tokens: number; ttft: number }

/** What a longer prompt costs: a dot for each request. Undefined where prompts are about of one length. */
export const chartByPrompt = ({ samples }: BenchResult, id: string): Chart | undefined => {
  const measured = samples.flatMap(({ prompt_tokens: tokens, ttft, error }): Measured[] =>
    tokens === undefined || ttft === undefined || error !== undefined ? [] : [{ tokens, ttft }],
  )
  const sizes = measured.map(({ tokens }) => tokens).toSorted((left, right) => left - right)
  const [least, most] = [sizes[0], sizes.at(-1)]
  if (least === undefined || most === undefined || most < leastSpread * least) return undefined
  const times = measured.map(({ ttft }) => ttft).toSorted((left, right) => left - right)
  return {
    id,
    title: 'TTFT by prompt length',
    text: 'A dot for each request: time to the first output, by the tokens of its prompt as the server counts them.',
    x: { label: 'prompt', unit: 'tokens', scale: linearScale(most, { exact: true, wanted: 8 }) },
    y: { label: 'TTFT', unit: 'ms', scale: latencyScale(times[0]!, rankOf(times, 0.5), times.at(-1)!) },
    series: [
      {
        name: 'TTFT',
        shape: 'dots',
        tone: 't1',
        points: thinPoints(measured.map(({ tokens, ttft }): Point => [tokens, ttft])),
      },
    ],
    table: tableGroups(measured, least, most),
  }
}

/** As many equal spans of length as fit a table. */
const tableGroups = (measured: Measured[], least: number, most: number): Markup => {
  const width = (most - least) / groups
  const rows = Array.from({ length: groups }, (_, group) => {
    const [from, to] = [least + group * width, least + (group + 1) * width]
    const times = measured
      .filter(({ tokens }) => tokens >= from && (tokens < to || group === groups - 1))
      .map(({ ttft }) => ttft)
      .toSorted((left, right) => left - right)
    return { from, to, times }
  }).filter(({ times }) => times.length > 0)
  return markup`<table>
    <thead>
      <tr>
        <th>Prompt tokens</th>
        <th>Requests</th>
        <th>TTFT P50</th>
        <th>TTFT P95</th>
        <th>max</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ from, to, times }) =>
          markup`<tr>
            <th>${formatThree(from)} to ${formatThree(to)}</th>
            <td>${times.length}</td>
            <td>${formatTime(rankOf(times, 0.5))}</td>
            <td>${formatTime(rankOf(times, 0.95))}</td>
            <td>${formatTime(times.at(-1)!)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}
