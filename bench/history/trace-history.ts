import { arrivalUnit } from '../level.ts'
import type { BenchResult } from '../result.ts'
import type { SavedRun } from './read-history.ts'

export const historyMetrics = ['requests_per_second', 'output_tokens_per_second', 'ttft_p50', 'ttft_p99', 'tpot_p50', 'e2e_p50', 'e2e_p95'] as const // prettier-ignore
export type HistoryMetric = (typeof historyMetrics)[number]

type Figures<T> = Record<HistoryMetric, T | null>

export type HistoryEntry = {
  file: string
  started_at: string
  sluice_version: string
  verdict: string
  requests: number
  metadata?: Record<string, string>
  figures: Figures<number>
  /** Against the entry before, as shares; of the first there is none. */
  changes: Figures<number>
}

/** Runs that measured the same thing: only among them does a change say something. */
export type HistorySeries = { title: string; entries: HistoryEntry[] }

/** `runs` oldest first. */
export const traceHistory = (runs: SavedRun[]): HistorySeries[] => {
  const series = new Map<string, HistorySeries>()
  for (const { file, run } of runs) {
    const title = describeRun(run)
    const known = series.get(title) ?? { title, entries: [] }
    known.entries.push(toEntry(file, run, known.entries.at(-1)))
    series.set(title, known)
  }
  return [...series.values()]
}

const toEntry = (file: string, run: SavedRun['run'], before: HistoryEntry | undefined): HistoryEntry => {
  const figures = readFigures(run)
  return {
    file,
    started_at: run.started_at,
    sluice_version: run.sluice_version,
    verdict: run.verdict.status,
    requests: run.requests.succeeded,
    ...(run.metadata !== undefined && { metadata: run.metadata }),
    figures,
    changes: mapMetrics((metric) => {
      const [now, earlier] = [figures[metric], before?.figures[metric]]
      return now === null || earlier === null || earlier === undefined || earlier === 0
        ? null
        : now / earlier - 1
    }),
  }
}

const readFigures = ({
  throughput,
  latency,
}: Pick<BenchResult, 'throughput' | 'latency'>): Figures<number> => ({
  requests_per_second: throughput.requests_per_second,
  output_tokens_per_second: throughput.output_tokens_per_second,
  ttft_p50: latency.ttft?.p50 ?? null,
  ttft_p99: latency.ttft?.p99 ?? null,
  tpot_p50: latency.tpot?.p50 ?? null,
  e2e_p50: latency.e2e?.p50 ?? null,
  e2e_p95: latency.e2e?.p95 ?? null,
})

const mapMetrics = (read: (metric: HistoryMetric) => number | null): Figures<number> =>
  Object.fromEntries(historyMetrics.map((metric) => [metric, read(metric)])) as Figures<number>

/** What `bench compare` wants alike, in words. */
const describeRun = ({ target, configuration, environment }: SavedRun['run']): string => {
  const { arrivals, concurrency, stream, max_tokens: maxTokens, prompts, session } = configuration
  const load =
    arrivals === null
      ? `concurrency ${concurrency}`
      : `${arrivals.rate} ${arrivalUnit(configuration)} ${arrivals.arrival}`
  return [
    target.model,
    target.endpoint,
    load,
    session === undefined ? undefined : `sessions of up to ${session.turns} turns`,
    stream ? 'streaming' : 'not streaming',
    maxTokens === null ? undefined : `at most ${maxTokens} tokens`,
    `${prompts.source} prompts`,
    `${environment.cpus} × ${environment.cpu_model}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}
