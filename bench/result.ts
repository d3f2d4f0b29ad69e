import type { RateRamp } from './arrivals/rate-ramp.ts'
import type { Arrival } from './arrivals/schedule.ts'
import type { BaselineVerdict } from './compare/baseline-verdict.ts'
import type { VllmResult } from './compat/vllm-result.ts'
import type { SearchVerdict } from './compare/search-verdict.ts'
import type { GoodputLimits } from './goodput.ts'

import type { Floor } from './floor/floor.ts'
import type { Load } from './options.ts'
import type { PromptLengths } from './prompt-lengths.ts'
import type { DispatchSummary } from './record/dispatch-summary.ts'
import type { ErrorCount } from './record/error-tally.ts'
import type { Sample } from './record/samples.ts'
import type { SelfCheck } from './record/self-check.ts'
import type { LatencySummary } from './record/statistics.ts'
import type { TimingMeans } from './record/timing-tally.ts'
import type { ServerMetrics } from './server-metrics/server-metrics.ts'
import type { Repeat } from './repeat/repeat.ts'
import type { SweepGoal } from './sweep/sweep-goal.ts'
import type { Steady } from './steady/steady-figures.ts'
import type { RunVerdict } from './verdict/judge-run.ts'
import type { TurnFigures } from './record/turn-tally.ts'
import type { TokenSource } from './record/token-tally.ts'

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
export const schemaVersion = 1

/**
 * One load point, measured: the whole `--json` document. Its keys are the wire's, in snake case, so that a metric
 * has one name in the file, in `--fail-if` and in the documentation. Times are milliseconds unless the name says more.
 */
export type BenchResult = {
  schema: 'sluice.bench'
  schema_version: typeof schemaVersion
  sluice_version: string
  /** Secrets replaced. */
  argv: string[]
  started_at: string
  /**
   * Where the samples' time begins, on the machine's monotonic clock (`CLOCK_MONOTONIC`, Node's `process.hrtime`):
   * it lays them over the log of a server on the same machine. Null when nothing was sent.
   */
  monotonic_origin_ms: number | null
  /** The run was stopped by hand; everything below counts what had ended by then. */
  interrupted: boolean
  environment: Environment
  target: { base_url: string; endpoint: string; model: string }
  configuration: Configuration
  /** Sent before the clock started; counted nowhere else. */
  warm_up: { sent: number; failed: number; errors: ErrorCount[] }
  /** Sent after the last measured request to keep the load up; counted nowhere else. Absent: none was asked for. */
  cool_down?: { sent: number }
  requests: { sent: number; succeeded: number; failed: number; cancelled: number }
  /** Of the requests that ended, between 0 and 1; null when none did. */
  success_rate: number | null
  error_rate: number | null
  errors: ErrorCount[]
  finish_reasons: Record<string, number>
  duration_s: number
  throughput: {
    requests_per_second: number
    output_tokens_per_second: number | null
    total_tokens_per_second: number | null
    /** Of embeddings: texts turned into vectors. */
    inputs_per_second?: number
  }
  /** Requests that kept every limit of --goodput; failed ones did not. Null without limits. */
  goodput: { limits: GoodputLimits; good: number; share: number; requests_per_second: number } | null
  tokens: { source: TokenSource; output: number; prompt: number | null; cached_prompt: number | null }
  /** Of sessions: one entry for each turn. */
  turns?: TurnFigures[]
  /** Requests that were to be given up on purpose; some had ended before their moment. */
  cancellation?: { rate: number; planned: number; cancelled: number }
  /** Of prompts that were made to a length. */
  prompt_lengths?: PromptLengths
  latency: Record<LatencyName, LatencySummary | null>
  /** All that was recorded of each latency: HdrHistogram V2, compressed, base64, whole microseconds. */
  histograms?: Partial<Record<HistogramName, string>>
  /** The part of the run in which it kept its level, or why there is none. */
  steady: Steady
  stream: {
    events: number
    coalesced_events: number
    tokens_per_event: number | null
    no_itl_because: string | null
  }
  server_timings: TimingMeans
  /** What the server said of itself meanwhile; absent where it says nothing. */
  server_metrics?: ServerMetrics
  /** The endpoint that made the server forget its cached prompts before the measurement. */
  cache_reset?: string
  /** How the schedule was kept; null in a closed loop. */
  dispatch: DispatchSummary | null
  /** `resent`: requests sent again, as the server was closing their connection; absent where there were none. */
  connections: { opened_before: number; opened_during: number; resent?: number }
  self_check: SelfCheck
  /** What the load generator itself adds at this load; null where it was not measured. */
  floor: Floor | null
  /** Whether the figures are the server's and not the load generator's. */
  verdict: RunVerdict
  thresholds: Verdict[]
  /** What the user wrote beside it with `--metadata`. */
  metadata?: Record<string, string>
  /** The same figures under other tools' names and with their meanings. */
  compat?: { vllm: VllmResult }
  /** Beside an earlier run, with `--baseline`. */
  baseline?: BaselineVerdict
  /** Of a search, beside an earlier one; in the first run at the load that it found. */
  search_baseline?: SearchVerdict
  /** What the search was for that this run is part of, with `--sweep`. */
  sweep?: SweepGoal
  /** Of a run that was repeated with `--repeat`. */
  repeat?: Repeat
  /** The load generators whose results this one was merged from. */
  merged_from?: LoadGenerator[]
  /** What a reader must know to trust the figures. */
  notes: string[]
  samples: Sample[]
  samples_dropped: number
}

/**
 * In an open loop `ttft` and `e2e` count from the scheduled start; those of `service` count from the dispatch, and
 * are null in a closed loop, where both are the same. `delivery` counts from the server's own stamp of an event to
 * its arrival, and is null where the server does not stamp.
 */
export const latencyNames = [
  'ttft',
  'tpot',
  'itl',
  'chunk_gap',
  'e2e',
  'service_ttft',
  'service_e2e',
  'delivery',
] as const
export type LatencyName = (typeof latencyNames)[number]

/** ITL has no histogram of its own: where it is known, it is that of the gaps between chunks. */
export const histogramNames = [
  'ttft',
  'tpot',
  'chunk_gap',
  'e2e',
  'service_ttft',
  'service_e2e',
  'delivery',
] as const
export type HistogramName = (typeof histogramNames)[number]

export type Environment = {
  node: string
  os: string
  arch: string
  cpu_model: string
  cpus: number
  memory_bytes: number
}

export type Configuration = {
  mode: Load['mode']
  /** In flight at any time; of an open loop, the most that may be: requests, or sessions where there are any. */
  concurrency: number
  /** Of an open loop; with `session` they are those of sessions, and `rate` counts sessions per second. */
  arrivals: {
    arrival: Arrival | 'trace'
    rate: number
    burstiness: number
    ramp_up_s: number | null
    /** From one rate to another over the whole run; `rate` is its end. */
    ramp?: RateRamp
    seed: number
  } | null
  /** Of a closed loop: connections began one after the other over this time. */
  ramp_up_s?: number
  requests: number | null
  duration_s: number | null
  stream: boolean
  /** Null: as the prompt file says. */
  max_tokens: number | null
  temperature: number | null
  seed: number | null
  ignore_eos: boolean
  /** Names of --header; values are never kept. */
  headers?: string[]
  /** Of --extra-body and of sampling flags that have no key of their own. */
  extra_body?: Record<string, unknown>
  timeout_s: number
  /** Absent: requests that know nothing of each other. `requests` count turns. */
  session?: { turns: number; think_ms: [number, number] }
  /** Threads that carried the load. */
  threads: number
  prompts: {
    source: string
    distinct: number | null
    nonce: string | null
    seed: number
    /** The name of the file that they come from. */
    file?: string
    /** Of random prompts, in tokens. */
    lengths?: { input: number; output: number; range_ratio: number; prefix: number; prefixes: number }
  }
}

/** `actual` is null when the run did not measure the metric; a gate that cannot be checked does not pass. */
export type Verdict = {
  expression: string
  metric: string
  limit: number
  actual: number | null
  passed: boolean
  /** `actual` is the median of so many runs. */
  runs?: number
}

/** One of the programs whose results were merged: enough to tell which of them was the odd one. */
export type LoadGenerator = { file: string; seed: number; nonce: string | null } & Pick<
  BenchResult,
  | 'sluice_version'
  | 'argv'
  | 'started_at'
  | 'duration_s'
  | 'environment'
  | 'requests'
  | 'self_check'
  | 'floor'
  | 'verdict'
>
