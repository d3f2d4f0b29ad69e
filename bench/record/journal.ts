import type { Attempt, Issue } from '../wire/attempt.ts'
import type { Failure } from '../wire/failure.ts'
import { maxCapacity } from '../wire/timeline.ts'

/** Finished requests in flat arrays: a thread fills it while the clock runs and hands the memory itself over. */
export type JournalBlock = {
  /** `columns` numbers for each request; absent ones are NaN. */
  rows: Float64Array
  count: number
  /** Gaps and delays of all requests, one request behind the other. */
  times: Float32Array
  /** By row, of the failed ones. */
  failures: [row: number, failure: Failure][]
  finishReasons: string[]
  /** By row, of those whose text was kept. */
  outputs: [row: number, output: string][]
}

export const journalColumns = [
  'index', 'dueAt', 'startedAt', 'endedAt', 'first', 'last', 'reads', 'gaps', 'delays', 'timesFrom',
  'contentEvents', 'promptTokens', 'outputTokens', 'cachedTokens', 'queue', 'prefill', 'decode', 'finishReason',
  'isEmpty', 'vectors', 'turn',
] as const // prettier-ignore
const columns = journalColumns.length

const rowCapacity = 4096
/** 1 MiB; the longest timeline that is kept fits twice. */
const timeCapacity = 4 * 2 * maxCapacity

export type Journal = {
  record(attempt: Attempt, issue: Issue): void
  /** Hands over what has not been handed over yet. */
  flush(): void
}

const createBlock = (): JournalBlock => ({
  rows: new Float64Array(rowCapacity * columns),
  count: 0,
  times: new Float32Array(timeCapacity),
  failures: [],
  finishReasons: [],
  outputs: [],
})

/** `onBlock` gets each block when it is full and may give its memory away. */
export const createJournal = (onBlock: (block: JournalBlock) => void): Journal => {
  let block = createBlock()
  let used = 0

  const flush = (): void => {
    if (block.count === 0) return
    const full = block
    block = createBlock()
    used = 0
    onBlock(full)
  }
  const push = (value: number): void => {
    block.times[used] = value
    used += 1
  }
  const reasonOf = (reason: string | undefined): number => {
    if (reason === undefined) return Number.NaN
    const known = block.finishReasons.indexOf(reason)
    return known >= 0 ? known : block.finishReasons.push(reason) - 1
  }

  return {
    flush,
    record({ startedAt, endedAt, reply, timeline, failure }, { index, dueAt, turn }) {
      const most = Math.min(timeline.reads, maxCapacity) + Math.min(reply.contentEvents, maxCapacity)
      if (block.count === rowCapacity || used + most > timeCapacity) flush()
      const { usage, timings } = reply
      const none = Number.NaN
      const from = used
      timeline.forEachGap(push)
      const gaps = used - from
      timeline.forEachDelay(push)
      block.rows.set(
        [
          index, dueAt ?? none, startedAt, endedAt, timeline.first, timeline.last, timeline.reads, gaps,
          used - from - gaps, from, reply.contentEvents, usage?.promptTokens ?? none, usage?.outputTokens ?? none,
          usage?.cachedTokens ?? none, timings?.queue ?? none, timings?.prefill ?? none, timings?.decode ?? none,
          reasonOf(reply.finishReason), Number(reply.isEmpty), reply.vectors ?? none, turn ?? none,
        ],
        block.count * columns,
      ) // prettier-ignore
      if (failure !== undefined) block.failures.push([block.count, failure])
      if (typeof reply.output === 'string') block.outputs.push([block.count, reply.output])
      block.count += 1
    },
  }
}
