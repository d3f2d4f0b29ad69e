import { createLatency, type LatencySummary } from '../record/statistics.ts'
import { histogramNames, type BenchResult, type HistogramName } from '../result.ts'

type Pooled = Pick<Required<BenchResult>, 'latency' | 'histograms'>

/** Histograms are added and percentiles read from the sum: an average of percentiles is no percentile of anything. */
export const poolLatency = (runs: BenchResult[]): Pooled => {
  const pooled = new Map<HistogramName, { summary: LatencySummary; histogram: string }>()
  for (const name of histogramNames) {
    const latency = createLatency()
    for (const { latency: summaries, histograms } of runs) {
      const [summary, encoded] = [summaries[name], histograms?.[name]]
      if (summary !== null && encoded !== undefined) latency.add(encoded, summary)
    }
    const [summary, histogram] = [latency.summary(), latency.histogram()]
    if (summary !== undefined && histogram !== undefined) pooled.set(name, { summary, histogram })
  }
  const summaryOf = (name: HistogramName): LatencySummary | null => pooled.get(name)?.summary ?? null
  // A gap is a token's where it was one in every run.
  const tokenwise = runs.every(({ latency }) => latency.itl !== null)
  return {
    latency: {
      ttft: summaryOf('ttft'),
      tpot: summaryOf('tpot'),
      itl: tokenwise ? summaryOf('chunk_gap') : null,
      chunk_gap: summaryOf('chunk_gap'),
      e2e: summaryOf('e2e'),
      service_ttft: summaryOf('service_ttft'),
      service_e2e: summaryOf('service_e2e'),
      delivery: summaryOf('delivery'),
    },
    histograms: Object.fromEntries([...pooled].map(([name, { histogram }]) => [name, histogram])),
  }
}
