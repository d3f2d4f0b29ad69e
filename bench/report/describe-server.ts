import type { BenchResult } from '../result.ts'
import { formatCount, formatNumber, formatShare } from './format-number.ts'

const timeNames = {
  queue: 'Queue',
  prefill: 'Prefill',
  decode: 'Decode',
  inference: 'Prefill and decode',
  ttft: 'TTFT',
  e2e: 'E2E',
} as const

/** The server's own figures, name and text. Empty where it has none. */
export const describeServerMetrics = ({ server_metrics: metrics }: BenchResult): [string, string][] => {
  if (metrics === undefined) return []
  const { times, gauges, speculation } = metrics
  const rows: [string, string | undefined][] = Object.entries(timeNames).map(([time, name]) => {
    const found = times[time as keyof typeof timeNames]
    // Both parts are there already.
    const hidden = time === 'inference' && times.prefill !== undefined && times.decode !== undefined
    return [name, found === undefined || hidden ? undefined : describeTime(found)]
  })
  const kv = gauges.kv_usage
  rows.push(
    ['Prefill tokens/s', rate(metrics.prefill_tokens_per_second)],
    ['Decode tokens/s', rate(metrics.decode_tokens_per_second, ' an answer')],
    ['Batch', rate(metrics.batch_size, ' sequences a decode step')],
    [
      'From prefix cache',
      metrics.cache_hit_rate === undefined ? undefined : formatShare(metrics.cache_hit_rate),
    ],
    ['Running', describeGauge(gauges.running, metrics.readings)],
    ['Waiting', describeGauge(gauges.waiting, metrics.readings)],
    ['KV cache', kv && `${formatShare(kv.mean)} used on average, ${formatShare(kv.max)} at most`],
    ['Preempted', metrics.preemptions ? formatCount(metrics.preemptions) : undefined],
    [
      'Speculation',
      speculation &&
        `${formatShare(speculation.acceptance_rate)} of ${formatCount(speculation.drafted)} drafted tokens accepted`,
    ],
  )
  return rows.filter((row): row is [string, string] => row[1] !== undefined)
}

export const serverTitle = ({ server_metrics: metrics }: BenchResult): string =>
  metrics === undefined ? '' : `Server's own figures (${metrics.server}, all its clients)`

type Time = { count: number; mean: number; p50: number | null; p99: number | null }

const describeTime = ({ mean, p50, p99 }: Time): string => {
  const percentiles = [
    p50 !== null && `P50 ${formatNumber(p50, 1)}`,
    p99 !== null && `P99 ${formatNumber(p99, 1)}`,
  ].filter((part) => part !== false)
  const more = percentiles.length === 0 ? '' : `; by its buckets ${percentiles.join(', ')}`
  return `mean ${formatNumber(mean, 1)} ms${more}`
}

/** One or two moments of a short run may well have been its ends. */
const describeGauge = (
  gauge: { mean: number; max: number } | undefined,
  readings: number,
): string | undefined => {
  if (gauge === undefined) return undefined
  const text = `${formatNumber(gauge.mean, 1)} on average, ${formatNumber(gauge.max, 0)} at most`
  return readings < 3 ? `${text} (${readings} ${readings === 1 ? 'reading' : 'readings'} only)` : text
}

const rate = (value: number | undefined, unit = ''): string | undefined =>
  value === undefined ? undefined : `${formatNumber(value, 1)}${unit}`
