import type { UsageTable } from '../store/tables.ts'
import { createHistogram, type Histogram } from './hdr-histogram.ts'
import type { Figures, Times } from './usage.ts'

type Encoded = Pick<UsageTable, 'total_histogram' | 'ttft_histogram' | 'queue_histogram'>

/** Merges the three histograms of rows. */
export type Timings = {
  add(row: Encoded): void
  summary(): Pick<Figures, 'total' | 'ttft' | 'queue'>
}

export function createTimings(): Timings {
  const total = createMerge()
  const ttft = createMerge()
  const queue = createMerge()
  return {
    add(row) {
      total.add(row.total_histogram)
      ttft.add(row.ttft_histogram)
      queue.add(row.queue_histogram)
    },
    summary: () => ({ total: total.summary(), ttft: ttft.summary(), queue: queue.summary() }),
  }
}

function createMerge() {
  // Made when there is something: groups may be many, and a histogram is 26 kB.
  let histogram: Histogram | undefined
  return {
    add(text: string): void {
      if (text === '') return
      histogram ??= createHistogram()
      try {
        histogram.add(text)
      } catch {
        // One damaged row must not hide the others; `count` says how many values the percentiles rest on.
      }
    },
    summary: (): Times | null =>
      histogram === undefined || histogram.count === 0
        ? null
        : {
            count: histogram.count,
            mean: histogram.mean(),
            p50: histogram.percentile(50),
            p95: histogram.percentile(95),
            p99: histogram.percentile(99),
          },
  }
}
