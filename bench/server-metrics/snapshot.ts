import {
  counterNames,
  dialects,
  gaugeNames,
  requestTimes,
  type CounterName,
  type Dialect,
  type GaugeName,
  type RequestTime,
} from './dialects.ts'
import type { Exposition, Series } from './parse-exposition.ts'

/** A histogram as it stands: how many values, their sum, and how many lay at or below each bound. */
export type Totals = { count: number; sum: number; buckets: Map<number, number> }

/** What a server said of itself at one moment. What it does not say is absent. */
export type Snapshot = {
  server: Dialect['server']
  /** Significant digits of its numbers, where they are few. */
  digits: number | undefined
  times: Partial<Record<RequestTime, Totals>>
  counters: Partial<Record<CounterName, number>>
  gauges: Partial<Record<GaugeName, number>>
}

/** Undefined where no server is known that has such names. */
export const takeSnapshot = (read: Exposition): Snapshot | undefined => {
  const names = [...read.keys()]
  const dialect = dialects.find(({ prefix }) => names.some((name) => name.startsWith(prefix)))
  if (dialect === undefined) return undefined
  const exposition = dialect.complete?.(read) ?? read
  return {
    server: dialect.server,
    digits: dialect.digits,
    times: collect(requestTimes, (time) =>
      firstOf(dialect.perRequest[time], (name) => totals(exposition, name)),
    ),
    counters: collect(counterNames, (counter) =>
      firstOf(dialect.counters[counter], (name) =>
        add(exposition.get(name) ?? exposition.get(`${name}_total`)),
      ),
    ),
    gauges: collect(gaugeNames, (gauge) =>
      firstOf(dialect.gauges[gauge], (name) =>
        gauge === 'kv_usage' ? largest(exposition.get(name)) : add(exposition.get(name)),
      ),
    ),
  }
}

const collect = <Name extends string, Value>(
  names: readonly Name[],
  valueOf: (name: Name) => Value | undefined,
): Partial<Record<Name, Value>> => {
  const found: Partial<Record<Name, Value>> = {}
  for (const name of names) {
    const value = valueOf(name)
    if (value !== undefined) found[name] = value
  }
  return found
}

const firstOf = <Value>(
  names: string[] = [],
  valueOf: (name: string) => Value | undefined,
): Value | undefined => {
  for (const name of names) {
    const value = valueOf(name)
    if (value !== undefined) return value
  }
  return undefined
}

/** Of all label sets: models, engines, finish reasons. */
const add = (series: Series[] | undefined): number | undefined => {
  const values = finite(series)
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0)
}

const largest = (series: Series[] | undefined): number | undefined => {
  const values = finite(series)
  return values.length === 0 ? undefined : Math.max(...values)
}

const finite = (series: Series[] = []): number[] =>
  series.map(({ value }) => value).filter((value) => Number.isFinite(value))

const totals = (exposition: Exposition, name: string): Totals | undefined => {
  const [count, sum] = [add(exposition.get(`${name}_count`)), add(exposition.get(`${name}_sum`))]
  if (count === undefined || sum === undefined) return undefined
  const buckets = new Map<number, number>()
  for (const { labels, value } of exposition.get(`${name}_bucket`) ?? []) {
    const bound = labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le'])
    if (!Number.isNaN(bound)) buckets.set(bound, (buckets.get(bound) ?? 0) + value)
  }
  return { count, sum, buckets }
}
