import { levelOf } from '../level.ts'
import { formatCount, formatNumber, formatShare } from '../report/format-number.ts'
import type { BenchResult } from '../result.ts'

/** A run of a search as one line, while it goes on. */
export const renderPoint = (result: BenchResult): string => {
  const { throughput, latency, goodput, requests, verdict } = result
  const tokens = throughput.output_tokens_per_second
  const parts = [
    `${formatNumber(throughput.requests_per_second, 2)} requests/s`,
    tokens !== null && `${formatNumber(tokens, 1)} tokens/s`,
    latency.ttft !== null && `TTFT P95 ${formatNumber(latency.ttft.p95, 1)} ms`,
    latency.tpot !== null && `TPOT P95 ${formatNumber(latency.tpot.p95, 1)} ms`,
    goodput !== null && `${formatShare(goodput.share)} within the limits`,
    requests.failed > 0 && `${formatCount(requests.failed)} failed`,
    verdict.status !== 'VALID' && verdict.status,
  ]
  return `${levelOf(result)}: ${parts.filter((part) => part !== false).join(', ')}`
}
