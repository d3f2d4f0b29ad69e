import { tokensOf, type Attempt, type Issue } from '../wire/attempt.ts'
import { round } from './statistics.ts'

/** One request as the JSON document tells it; milliseconds from the start of the measurement. */
export type Sample = {
  /** Its number in the plan, from 0; samples stand in the order in which requests ended. */
  index: number
  /** Open loop: when the schedule wanted it sent. `ttft` and `e2e` count from here. */
  due?: number
  /** Its dispatch. */
  start: number
  end: number
  ttft?: number
  e2e?: number
  prompt_tokens?: number
  output_tokens?: number
  /** Of the prompt's, those that the server had in its cache; only where it says. */
  cached_tokens?: number
  events?: number
  /** Of a session, from 1. */
  turn?: number
  /** Whether it kept every limit of --goodput; only where there were limits, and not of a cancelled one. */
  good?: boolean
  error?: string
}

export type Samples = {
  add(attempt: Attempt, issue: Issue, e2e: number, good?: boolean): void
  list(origin: number): Sample[]
  dropped(): number
}

/** About 100 MB of JSON; a longer run keeps its histograms and counters complete and says how many are missing here. */
const maxSamples = 500_000
const columns = 12

/** Raw records in flat arrays that grow by doubling: no object per request while the clock runs. */
export const createSamples = (limit = maxSamples): Samples => {
  let numbers = new Float64Array(1024 * columns)
  const errors: (string | undefined)[] = []
  let count = 0
  let dropped = 0

  return {
    dropped: () => dropped,
    add({ startedAt, endedAt, reply, timeline, failure }, { index, dueAt, turn }, e2e, good) {
      if (count === limit) return void (dropped += 1)
      if ((count + 1) * columns > numbers.length) {
        const grown = new Float64Array(numbers.length * 2)
        grown.set(numbers)
        numbers = grown
      }
      const { usage, contentEvents } = reply
      const none = Number.NaN
      numbers.set(
        [
          index,
          dueAt ?? none,
          startedAt,
          endedAt,
          timeline.first,
          e2e,
          usage?.promptTokens ?? none,
          tokensOf(reply) ?? none,
          contentEvents,
          turn ?? none,
          good === undefined ? none : Number(good),
          usage?.cachedTokens ?? none,
        ],
        count * columns,
      )
      errors.push(failure?.kind)
      count += 1
    },
    list: (origin) => errors.map((error, row) => toSample(numbers.subarray(row * columns), origin, error)),
  }
}

const toSample = (row: Float64Array, origin: number, error: string | undefined): Sample => {
  const [index, due, start, end, first, e2e, promptTokens, outputTokens, events, turn, good, cached] = row as unknown as [
    number, number, number, number, number, number, number, number, number, number, number, number,
  ] // prettier-ignore
  const scheduled = !Number.isNaN(due)
  return {
    index,
    ...(scheduled && { due: round(due - origin) }),
    start: round(start - origin),
    end: round(end - origin),
    ...(!Number.isNaN(first) && { ttft: round(first - (scheduled ? due : start)) }),
    ...(error === undefined && { e2e: round(e2e) }),
    ...(!Number.isNaN(promptTokens) && { prompt_tokens: promptTokens }),
    ...(!Number.isNaN(outputTokens) && { output_tokens: outputTokens }),
    ...(!Number.isNaN(cached) && { cached_tokens: cached }),
    ...(events > 0 && { events }),
    ...(!Number.isNaN(turn) && { turn: turn + 1 }),
    ...(!Number.isNaN(good) && { good: good === 1 }),
    ...(error !== undefined && { error }),
  }
}
