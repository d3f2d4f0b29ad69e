import type { ReportName, Reports } from './reports.ts'
import { widenToHours, type Figures, type UsageQuery, type UsageReport } from './usage.ts'

const sum: Figures = {
  requests: 0,
  errors: 0,
  promptTokens: 0,
  completionTokens: 0,
  cachedTokens: 0,
  costNano: 0,
  total: null,
  ttft: null,
  queue: null,
}

const emptyUsage = (query: UsageQuery): UsageReport => ({ ...widenToHours(query), sum, groups: {} })

/** What a store answers that has never been written to. */
export const emptyReports: {
  [Name in ReportName]: (query: Reports[Name]['query']) => Reports[Name]['answer']
} = { usage: emptyUsage, requests: () => [], request: () => undefined, events: () => [] }
