import { isLoopback } from '../../src/is-loopback.ts'
import { round } from '../record/statistics.ts'
import type { BenchResult } from '../result.ts'
import { gaugeNames } from '../server-metrics/dialects.ts'
import type { ServerMetrics } from '../server-metrics/server-metrics.ts'
import { sumOf } from './pool-counts.ts'

type Pooled = { server_metrics?: ServerMetrics; note?: string }
type Part = { run: BenchResult; own: ServerMetrics; file: string }

/**
 * A server that sees less of the answers than this is one of several behind an address; parts overlap by 80 % at least,
 * so that one server has counted more in the time of any of them.
 */
const leastShare = 0.7

/**
 * One server counts for all its clients, so sums would count everything as often as there are parts: what the part that
 * ran longest has read stands for all. Gauges are readings of one thing at different moments, and all of them are used.
 */
export const poolServerMetrics = (runs: BenchResult[], files: string[]): Pooled => {
  const parts = runs.flatMap((run, part) =>
    run.server_metrics === undefined ? [] : [{ run, own: run.server_metrics, file: files[part]! }],
  )
  if (parts.length === 0) return {}
  const reason = explainApart(parts, sumOf(runs.map(({ tokens }) => tokens.output)))
  if (reason !== undefined) return { note: `without server_metrics: ${reason}` }
  const [longest] = parts.toSorted((left, right) => right.run.duration_s - left.run.duration_s) as [Part]
  const readings = sumOf(parts.map(({ own }) => own.readings))
  return {
    server_metrics: { ...longest.own, gauges: poolGauges(parts), readings },
    note: `server_metrics: the server counts for all its clients; counts and times are those of ${longest.file}, which ran longest, gauges were read by ${parts.length} of ${runs.length} load generators`,
  }
}

/** Why they are not figures of one server. */
const explainApart = (parts: Part[], answered: number): string | undefined => {
  const [{ own: first, run }] = parts as [Part]
  const urls = [...new Set(parts.map(({ own }) => own.url))]
  if (urls.length > 1) return `the parts read them at different addresses (${urls.join(', ')}): see the parts`
  if (parts.some(({ own }) => own.server !== first.server))
    return 'the parts read them of different kinds of servers: see the parts'
  const machines = new Set(parts.map((part) => JSON.stringify(part.run.environment)))
  if (isLoopback(hostOf(first.url)) && machines.size > 1)
    return `${first.url} is another server on each machine: see the parts`
  // Only tokens that a server has counted can be held against its own count.
  if (run.tokens.source !== 'usage') return undefined
  const short = parts.find(
    ({ own }) => own.output_tokens !== undefined && own.output_tokens < leastShare * answered,
  )
  return short === undefined
    ? undefined
    : `the server that ${short.file} read made ${short.own.output_tokens} of the ${answered} tokens that all parts got, so there are several behind ${first.url}: see the parts`
}

const hostOf = (url: string): string => URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''

const poolGauges = (parts: Part[]): ServerMetrics['gauges'] => {
  const gauges: ServerMetrics['gauges'] = {}
  for (const name of gaugeNames) {
    const read = parts.flatMap(({ own }) => {
      const gauge = own.gauges[name]
      return gauge === undefined ? [] : [{ ...gauge, weight: own.readings }]
    })
    const weight = sumOf(read.map((each) => each.weight))
    if (weight === 0) continue
    gauges[name] = {
      mean: round(sumOf(read.map((each) => each.mean * each.weight)) / weight),
      max: Math.max(...read.map(({ max }) => max)),
    }
  }
  return gauges
}
