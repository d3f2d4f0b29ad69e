/** The wire types of `/api/usage`. Times are ISO 8601. */

/** One figure of one hour, caller, model and endpoint on which rows and totals do not agree. */
export type UsageDifference = {
  hour: string
  key: string
  user: string | null
  team: string | null
  tenant: string | null
  model: string | null
  endpoint: string
  /** `requests`, `errors`, `prompt_tokens`, ...; `histogram` is how many times the histogram holds. */
  field: string
  /** The sum of the rows. */
  ledger: number
  /** What the totals say. */
  totals: number
}

export type VerifiedUsage = {
  agrees: boolean
  /** Compared from here on: retention has taken rows from before. Null: from the first row. */
  since: string | null
  hours: number
  requests: number
  /** How many figures differ; `differences` has the first hundred. */
  differing: number
  differences: UsageDifference[]
  /** Rows that found no room since the daemon started: in neither side. */
  dropped: number
  /** Lines of the journal that could not be read since the daemon started. */
  damaged: number
}

export type UsageActions = { verify(): Promise<VerifiedUsage> }
