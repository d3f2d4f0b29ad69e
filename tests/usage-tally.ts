import type { LoggedRequest, UsageFigures } from '../src/protocols/reports/types.ts'

/** What answers said of their usage, added up by whoever asked. */
export type UsageTally = {
  /** Requests for a model, refused ones too. */
  requests: number
  errors: number
  prompt_tokens: number
  cached_tokens: number
  completion_tokens: number
  cost_usd: number
}

export type AnswerUsage = {
  prompt_tokens: number
  completion_tokens?: number | undefined
  prompt_tokens_details?: { cached_tokens?: number | undefined } | undefined
}

/** US dollars per million tokens. */
export type TestPrice = { input: number; cached: number; output: number }

export const emptyTally = (): UsageTally => ({
  requests: 0,
  errors: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  cost_usd: 0,
})

/** An answer's own usage, at the price of its model, to a billionth of a dollar like any bill. */
export function addAnswer(tally: UsageTally, usage: AnswerUsage, price?: TestPrice): void {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0
  const completion = usage.completion_tokens ?? 0
  tally.requests += 1
  tally.prompt_tokens += usage.prompt_tokens
  tally.cached_tokens += cached
  tally.completion_tokens += completion
  if (!price) return
  const millionths =
    (usage.prompt_tokens - cached) * price.input + cached * price.cached + completion * price.output
  tally.cost_usd += Math.ceil(Math.round(millionths * 1e6) / 1000) / 1e9
}

export function addRefusal(tally: UsageTally): void {
  tally.requests += 1
  tally.errors += 1
}

export const rounded = (tally: UsageTally): UsageTally => ({
  ...tally,
  cost_usd: Number(tally.cost_usd.toFixed(9)),
})

export function sum(tallies: UsageTally[]): UsageTally {
  const total = emptyTally()
  for (const each of tallies)
    for (const name of Object.keys(total) as (keyof UsageTally)[]) total[name] += each[name]
  return rounded(total)
}

/** The figures of a report in the form of a tally, to be compared as a whole. */
export const tallyOf = (figures: UsageFigures): UsageTally => sum([figures])

export const tallyOfRows = (rows: LoggedRequest[]): UsageTally =>
  sum(rows.map((row) => ({ ...row, requests: 1, errors: row.status >= 400 ? 1 : 0 })))
