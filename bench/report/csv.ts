import { nameOf } from '../level.ts'
import type { Sample } from '../record/samples.ts'
import { round } from '../record/statistics.ts'
import { timePerTokenOf } from '../record/time-per-token.ts'
import type { BenchResult } from '../result.ts'

/** Named as in the JSON document, times in milliseconds; docs/bench.md explains each. */
const columns = [
  'load', 'index', 'started_at', 'due_ms', 'start_ms', 'end_ms', 'ttft_ms', 'tpot_ms', 'e2e_ms', 'prompt_tokens',
  'output_tokens', 'events', 'error', 'turn', 'cached_tokens',
] as const // prettier-ignore

/** A row for each request, of all runs, as RFC 4180 says. */
export const encodeCsv = (results: BenchResult[]): string => {
  const rows = results.flatMap((result) => {
    const [load, origin] = [nameOf(result), Date.parse(result.started_at)]
    return result.samples.map((sample) => encodeRow(load, origin, sample))
  })
  return [columns.join(','), ...rows, ''].join('\r\n')
}

const encodeRow = (load: string, origin: number, sample: Sample): string => {
  const {
    index,
    due,
    start,
    end,
    ttft,
    e2e,
    prompt_tokens: prompt,
    cached_tokens: cached,
    output_tokens: output,
    events,
    error,
    turn,
  } = sample
  const perToken = timePerTokenOf(sample)
  const startedAt = new Date(origin + start).toISOString()
  const cells = [
    load,
    index,
    startedAt,
    due,
    start,
    end,
    ttft,
    perToken === undefined ? undefined : round(perToken),
    e2e,
    prompt,
    output,
    events,
    error,
    turn,
    cached,
  ]
  return cells.map(encodeCell).join(',')
}

const encodeCell = (value: string | number | undefined): string => {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
