import type { Attempt, Issue, ServerTimings, Usage } from '../wire/attempt.ts'
import type { Failure } from '../wire/failure.ts'
import { journalColumns, type JournalBlock } from './journal.ts'

type Row = Record<(typeof journalColumns)[number], number>

/** Calls back for each request of a block as if it had just ended. `shiftMs` brings its times to our clock. */
export const replay = (
  block: JournalBlock,
  shiftMs: number,
  record: (attempt: Attempt, issue: Issue) => void,
): void => {
  const [failures, outputs] = [new Map(block.failures), new Map(block.outputs)]
  for (let index = 0; index < block.count; index += 1) {
    const row = rowAt(block.rows, index)
    const attempt = toAttempt(block, row, shiftMs, failures.get(index))
    const output = outputs.get(index)
    if (output !== undefined) attempt.reply.output = output
    record(attempt, {
      index: row.index,
      ...(!Number.isNaN(row.dueAt) && { dueAt: row.dueAt + shiftMs }),
      ...(!Number.isNaN(row.turn) && { turn: row.turn }),
    })
  }
}

const rowAt = (rows: Float64Array, index: number): Row => {
  const from = index * journalColumns.length
  return Object.fromEntries(journalColumns.map((name, column) => [name, rows[from + column]])) as Row
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)

const toAttempt = (
  { times, finishReasons }: JournalBlock,
  row: Row,
  shiftMs: number,
  failure: Failure | undefined,
): Attempt => {
  const delaysFrom = row.timesFrom + row.gaps
  return {
    startedAt: row.startedAt + shiftMs,
    endedAt: row.endedAt + shiftMs,
    failure,
    reply: {
      contentEvents: row.contentEvents,
      usage: toUsage(row),
      timings: toTimings(row),
      finishReason: finishReasons[row.finishReason],
      isEmpty: row.isEmpty === 1,
      ...(!Number.isNaN(row.vectors) && { vectors: row.vectors }),
    },
    timeline: {
      reads: row.reads,
      first: row.first + shiftMs,
      last: row.last + shiftMs,
      forEachGap: (visit) => times.subarray(row.timesFrom, delaysFrom).forEach((time) => visit(time)),
      forEachDelay: (visit) =>
        times.subarray(delaysFrom, delaysFrom + row.delays).forEach((time) => visit(time)),
    },
  }
}

const toUsage = ({ promptTokens, outputTokens, cachedTokens }: Row): Usage | undefined =>
  Number.isNaN(outputTokens) ? undefined : { promptTokens, outputTokens, cachedTokens: known(cachedTokens) }

const toTimings = ({ queue, prefill, decode }: Row): ServerTimings | undefined => {
  const timings = Object.entries({ queue, prefill, decode }).filter(([, value]) => !Number.isNaN(value))
  return timings.length === 0 ? undefined : Object.fromEntries(timings)
}
