import type { BenchResult } from '../result.ts'
import { formatCount, formatNumber } from './format-number.ts'

/** What the load generator itself adds, where it was measured. */
export const describeFloor = ({ floor }: BenchResult): string | undefined => {
  if (floor === null) return undefined
  const parts = [
    floor.ttft === null
      ? `E2E P50 ${milliseconds(floor.e2e?.p50)}`
      : `TTFT P50 ${milliseconds(floor.ttft.p50)}`,
    floor.delivery !== null &&
      `delivery P50 ${milliseconds(floor.delivery.p50)}, P99 ${milliseconds(floor.delivery.p99)}`,
  ]
  return `${parts.filter((part) => part !== false).join('; ')}, at ${formatCount(floor.events_per_second)} events/s`
}

/** Where the run kept its level and what it did there, or why there is no such part. */
export const describeSteady = ({ steady: { found, reason } }: BenchResult): string => {
  if (found === null) return `none: ${reason}`
  const { throughput, from_s: from, to_s: to } = found
  const tokens = throughput.output_tokens_per_second
  const rates = `${formatNumber(throughput.requests_per_second, 2)} requests/s${tokens === null ? '' : `, ${formatNumber(tokens, 1)} tokens/s`}`
  return `${formatNumber(from, 1)} s to ${formatNumber(to, 1)} s: ${rates}`
}

const milliseconds = (value = 0): string => `${formatNumber(value, 2)} ms`
