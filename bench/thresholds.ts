import { AppError } from '../src/errors.ts'
import { spellMetric } from './spell-metric.ts'
import { latencyNames, type BenchResult, type LatencyName, type Verdict } from './result.ts'

const statistics = ['min', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'] as const
const operators = {
  '>=': (actual: number, limit: number) => actual >= limit,
  '<=': (actual: number, limit: number) => actual <= limit,
  '>': (actual: number, limit: number) => actual > limit,
  '<': (actual: number, limit: number) => actual < limit,
}
type Operator = keyof typeof operators

/** Limits are milliseconds for latencies, requests or tokens per second for rates, and shares of one for the two shares. */
const unitFactors = { latency: { ms: 1, s: 1000, us: 0.001 }, share: { '%': 0.01 }, rate: {} }
type MetricKind = keyof typeof unitFactors
type Metric = { kind: MetricKind; read(result: BenchResult): number | null }

const latencyMetric = (name: LatencyName, statistic: (typeof statistics)[number]): Metric => ({
  kind: 'latency',
  read: ({ latency }) => latency[name]?.[statistic] ?? null,
})

const metrics = new Map<string, Metric>([
  ...latencyNames.flatMap((name) =>
    statistics.map((statistic): [string, Metric] => [`${name}_${statistic}`, latencyMetric(name, statistic)]),
  ),
  ['error_rate', { kind: 'share', read: (result) => result.error_rate }],
  ['success_rate', { kind: 'share', read: (result) => result.success_rate }],
  ['goodput', { kind: 'share', read: ({ goodput }) => goodput?.share ?? null }],
  [
    'goodput_requests_per_second',
    { kind: 'rate', read: ({ goodput }) => goodput?.requests_per_second ?? null },
  ],
  ['requests_per_second', { kind: 'rate', read: ({ throughput }) => throughput.requests_per_second }],
  [
    'output_tokens_per_second',
    { kind: 'rate', read: ({ throughput }) => throughput.output_tokens_per_second },
  ],
  ['total_tokens_per_second', { kind: 'rate', read: ({ throughput }) => throughput.total_tokens_per_second }],
])

/** A condition under which the run counts as failed. */
export type Threshold = { expression: string; metric: string; operator: Operator; limit: number }

/** Reads `ttft_p99>500`, `ttft.p99 > 0.5s`, `error_rate>=1%`. */
export const parseThreshold = (expression: string): Threshold => {
  const match = /^\s*([a-z0-9_.()]+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*([a-z%]*)\s*$/i.exec(expression)
  if (match === null) throw refuse(expression, explainShape(expression))
  const [, spelled, operator, digits, unit] = match as unknown as [string, string, Operator, string, string]
  const name = spellMetric(spelled)
  const metric = metrics.get(name)
  if (metric === undefined) throw refuse(expression, `there is no metric "${spelled}". ${listMetrics()}`)
  return {
    expression,
    metric: name,
    operator,
    limit: Number(digits) * factorOf(expression, metric.kind, unit),
  }
}

export const evaluateThresholds = (thresholds: Threshold[], result: BenchResult): Verdict[] =>
  thresholds.map(({ expression, metric, operator, limit }) => {
    const actual = metrics.get(metric)!.read(result)
    return {
      expression,
      metric,
      limit,
      actual,
      passed: actual !== null && !isMissed({ operator, limit }, actual),
    }
  })

export const isMissed = (
  { operator, limit }: Pick<Threshold, 'operator' | 'limit'>,
  actual: number,
): boolean => operators[operator](actual, limit)

const factorOf = (expression: string, kind: MetricKind, unit: string): number => {
  if (unit === '') return 1
  const factors: Record<string, number> = unitFactors[kind]
  const factor = factors[unit.toLowerCase()]
  if (factor !== undefined) return factor
  const allowed = Object.keys(factors)
  throw refuse(
    expression,
    `"${unit}" is no unit here; ${allowed.length > 0 ? `use ${allowed.join(', ')}` : 'leave it out'}`,
  )
}

const explainShape = (expression: string): string =>
  /[<>]/.test(expression)
    ? 'expected a metric, one of > >= < <=, and a number'
    : "there is no comparison. Quote it, or the shell takes > for a redirection: --fail-if 'ttft_p99>500'"

const listMetrics = (): string => {
  const others = [...metrics].filter(([, { kind }]) => kind !== 'latency').map(([name]) => name)
  return `Metrics: {${latencyNames.join(',')}}_{${statistics.join(',')}}, ${others.join(', ')}`
}

const refuse = (expression: string, reason: string): AppError =>
  new AppError('invalid_request', `--fail-if "${expression}": ${reason}`, { param: 'fail-if' })
