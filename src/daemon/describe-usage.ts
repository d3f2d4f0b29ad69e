import type { Durations, NamedFigures, UsageFigures } from '../protocols/reports/types.ts'
import type { Dimension, Figures, Times, UsageGroup, UsageReport } from '../stats/usage.ts'

/** Usage in the words of the wire. */
export const describeFigures = (figures: Figures): UsageFigures => ({
  requests: figures.requests,
  errors: figures.errors,
  prompt_tokens: figures.promptTokens,
  completion_tokens: figures.completionTokens,
  cached_tokens: figures.cachedTokens,
  cost_usd: toDollars(figures.costNano),
  ttft_ms: describeTimes(figures.ttft),
  latency_ms: describeTimes(figures.total),
  queue_ms: describeTimes(figures.queue),
})

export const describeGroups = (report: UsageReport, by: Dimension): NamedFigures[] =>
  (report.groups[by]?.list ?? []).map((group) => describeGroup(group, by))

const describeGroup = (group: UsageGroup, by: Dimension): NamedFigures => ({
  name: by === 'hour' ? new Date(Number(group.name)).toISOString() : group.name || null,
  ...(by === 'key' && { label: group.label }),
  ...describeFigures(group),
})

/** What floating point adds behind the ninth digit goes. */
export const toDollars = (nano: number): number => Number((nano / 1e9).toFixed(9))

const describeTimes = (times: Times | null): Durations | null =>
  times && {
    count: times.count,
    mean: toMs(times.mean),
    p50: toMs(times.p50),
    p95: toMs(times.p95),
    p99: toMs(times.p99),
  }

const toMs = (microseconds: number): number => Math.round(microseconds) / 1000
