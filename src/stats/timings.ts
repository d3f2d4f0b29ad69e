import type { UsageTable } from '../store/tables.ts'
import { createHistogram, decodeHistogram, type Counts, type Histogram } from './hdr-histogram.ts'
import type { Figures, Times } from './usage.ts'

type Timed = 'total' | 'ttft' | 'queue'
type Encoded = Pick<UsageTable, `${Timed}_histogram`>
export type DecodedTimings = Record<Timed, Counts>

/** Decoded once, whatever number of groups a row belongs to. */
export const decodeTimings = (row: Encoded): DecodedTimings => ({
  total: decode(row.total_histogram),
  ttft: decode(row.ttft_histogram),
  queue: decode(row.queue_histogram),
})

/** One damaged row must not hide the others; `count` says how many values the percentiles rest on. */
function decode(text: string): Counts {
  try {
    return decodeHistogram(text)
  } catch {
    return []
  }
}

/** Merges the three histograms of rows. */
export type Timings = {
  add(decoded: DecodedTimings): void
  summary(): Pick<Figures, Timed>
}

export function createTimings(): Timings {
  const merges = { total: createMerge(), ttft: createMerge(), queue: createMerge() }
  return {
    add({ total, ttft, queue }) {
      merges.total.add(total)
      merges.ttft.add(ttft)
      merges.queue.add(queue)
    },
    summary: () => ({
      total: merges.total.summary(),
      ttft: merges.ttft.summary(),
      queue: merges.queue.summary(),
    }),
  }
}

function createMerge() {
  // Made when there is something: groups may be many, and a histogram is 26 kB.
  let histogram: Histogram | undefined
  return {
    add(counts: Counts): void {
      if (counts.length > 0) (histogram ??= createHistogram()).add(counts)
    },
    summary: (): Times | null =>
      histogram === undefined
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
