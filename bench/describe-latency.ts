import type { Recorded } from './record/recorder.ts'
import type { BenchResult } from './result.ts'

export const describeLatency = ({ latencies, tokens }: Recorded): BenchResult['latency'] => ({
  ttft: latencies.ttft ?? null,
  tpot: latencies.tpot ?? null,
  itl: tokens.gapsAreNotTokens === undefined ? (latencies.chunkGap ?? null) : null,
  chunk_gap: latencies.chunkGap ?? null,
  e2e: latencies.e2e ?? null,
  service_ttft: latencies.serviceTtft ?? null,
  service_e2e: latencies.serviceE2e ?? null,
  delivery: latencies.delivery ?? null,
})

export const describeHistograms = ({ histograms }: Recorded): NonNullable<BenchResult['histograms']> => {
  const { ttft, tpot, chunkGap, e2e, serviceTtft, serviceE2e, delivery } = histograms
  return {
    ...(ttft !== undefined && { ttft }),
    ...(tpot !== undefined && { tpot }),
    ...(chunkGap !== undefined && { chunk_gap: chunkGap }),
    ...(e2e !== undefined && { e2e }),
    ...(serviceTtft !== undefined && { service_ttft: serviceTtft }),
    ...(serviceE2e !== undefined && { service_e2e: serviceE2e }),
    ...(delivery !== undefined && { delivery }),
  }
}
