import { defaultVllmChoice, describeVllm } from '../compat/describe-vllm.ts'
import { isCounted } from '../record/token-tally.ts'
import { round } from '../record/statistics.ts'
import { describeSteady } from '../steady/steady-figures.ts'
import { rampOf } from '../ramp-of.ts'
import { schemaVersion, type BenchResult } from '../result.ts'
import { evaluateThresholds, parseThreshold } from '../thresholds.ts'
import { assertMergeable } from './assert-mergeable.ts'
import { layOver, type Clock } from './clock.ts'
import type { LeftOut } from './left-out.ts'
import { describeLoadGenerator } from './describe-load-generator.ts'
import { writeNotes } from './merge-notes.ts'
import { poolConfiguration } from './pool-configuration.ts'
import {
  poolErrors,
  poolReasons,
  poolRequests,
  poolTimings,
  poolTokens,
  poolCoolDown,
  poolWarmUp,
  sumOf,
} from './pool-counts.ts'
import { poolDispatch } from './pool-dispatch.ts'
import { poolLatency } from './pool-latency.ts'
import { poolLengths } from './pool-lengths.ts'
import { poolSamples } from './pool-samples.ts'
import { poolServerMetrics } from './pool-server-metrics.ts'
import { poolTurns } from './pool-turns.ts'
import { poolSelfCheck, poolVerdict } from './pool-verdict.ts'

/** Every field of a result but those that are left out with a reason: one that is new must be pooled to compile. */
type Pooled = { [Field in Exclude<keyof Required<BenchResult>, LeftOut>]: BenchResult[Field] | undefined }

/** What several load generators measured of one server at the same time, as one result. `argv` is the merge's own. */
export const mergeRuns = (runs: BenchResult[], files: string[], argv: string[]): BenchResult => {
  const clock = layOver(runs)
  assertMergeable(runs, files, clock)
  const pooled = poolRuns(runs, files, clock)
  return judgeMerged(withoutUndefined({ ...pooled, argv, floor: null }), runs)
}

const poolRuns = (runs: BenchResult[], files: string[], clock: Clock) => {
  const [first] = runs as [BenchResult]
  const requests = poolRequests(runs)
  const ended = requests.succeeded + requests.failed
  const samples = poolSamples(runs, clock)
  return {
    ...identify(first, clock),
    metadata: undefined,
    ...shareMetadata(runs),
    interrupted: runs.some(({ interrupted }) => interrupted),
    configuration: poolConfiguration(runs),
    warm_up: poolWarmUp(runs),
    cool_down: undefined,
    ...poolCoolDown(runs),
    requests,
    success_rate: requests.succeeded / ended,
    error_rate: requests.failed / ended,
    errors: poolErrors(runs.map(({ errors }) => errors)),
    finish_reasons: poolReasons(runs),
    duration_s: round(clock.durationMs / 1000),
    ...poolLatency(runs),
    ...poolRates(runs, clock, ended),
    tokens: poolTokens(runs),
    turns: undefined,
    cancellation: undefined,
    prompt_lengths: undefined,
    ...poolTurns(runs),
    ...poolCancellation(runs),
    ...poolLengths(runs),
    stream: poolStream(runs),
    server_timings: poolTimings(runs),
    ...poolServerSide(runs, files, clock),
    cache_reset: runs.find(({ cache_reset: reset }) => reset !== undefined)?.cache_reset,
    dispatch: poolDispatch(runs, samples),
    connections: poolConnections(runs),
    self_check: poolSelfCheck(runs),
    steady: describeSteady(
      samples,
      runs.every(({ tokens }) => tokens.source !== 'none'),
      rampOf(runs[0]!.configuration),
    ),
    verdict: poolVerdict(runs, files),
    thresholds: [],
    // Made of the merged result, and so are the verdicts on the thresholds.
    compat: undefined,
    merged_from: runs.map((run, part) => describeLoadGenerator(run, files[part]!)),
    samples,
    samples_dropped: sumOf(runs.map((run) => run.samples_dropped)),
  } satisfies Omit<Pooled, 'argv'>
}

/** The server's own figures, and what a reader must know of them and of the merge. */
const poolServerSide = (runs: BenchResult[], files: string[], { overlap }: Clock) => {
  const { server_metrics, note: serverNote } = poolServerMetrics(runs, files)
  return { server_metrics, notes: writeNotes(runs, files, { overlap, serverNote }) }
}

const judgeMerged = (merged: BenchResult, runs: BenchResult[]): BenchResult => {
  const gates = new Set(runs.flatMap((run) => run.thresholds.map(({ expression }) => expression)))
  merged.thresholds = evaluateThresholds([...gates].map(parseThreshold), merged)
  if (runs[0]!.compat !== undefined) merged.compat = { vllm: describeVllm(merged, defaultVllmChoice) }
  return merged
}

/** `pooled` was checked against all fields; only optional ones are undefined in it. */
const withoutUndefined = (pooled: object): BenchResult =>
  Object.fromEntries(Object.entries(pooled).filter(([, value]) => value !== undefined)) as BenchResult

/** What the first load generator says of all: the same server was asked in the same way. */
const identify = (
  first: BenchResult,
  clock: Clock,
): Pick<
  BenchResult,
  | 'schema'
  | 'schema_version'
  | 'sluice_version'
  | 'started_at'
  | 'monotonic_origin_ms'
  | 'environment'
  | 'target'
> => ({
  schema: 'sluice.bench',
  schema_version: schemaVersion,
  sluice_version: first.sluice_version,
  started_at: new Date(clock.startMs).toISOString(),
  // Samples of several machines have no monotonic clock in common.
  monotonic_origin_ms: null,
  environment: first.environment,
  target: first.target,
})

/** What all of them say alike. */
const shareMetadata = (runs: BenchResult[]): Pick<BenchResult, 'metadata'> => {
  const common = Object.entries(runs[0]!.metadata ?? {}).filter(([key, value]) =>
    runs.every(({ metadata }) => metadata?.[key] === value),
  )
  return common.length === 0 ? {} : { metadata: Object.fromEntries(common) }
}

/** Over the time from the first start to the last end, in which all of it happened. */
const poolRates = (
  runs: BenchResult[],
  { durationMs }: Clock,
  ended: number,
): Pick<BenchResult, 'throughput' | 'goodput'> => {
  const perSecond = (count: number): number => round((count * 1000) / durationMs)
  const { output, prompt, source } = poolTokens(runs)
  const good = sumOf(runs.map(({ goodput }) => goodput?.good ?? 0))
  const limits = runs[0]!.goodput?.limits
  return {
    throughput: {
      requests_per_second: perSecond(poolRequests(runs).succeeded),
      output_tokens_per_second: source === 'none' ? null : perSecond(output),
      total_tokens_per_second: source === 'usage' && prompt !== null ? perSecond(output + prompt) : null,
      ...poolInputs(runs, perSecond),
    },
    goodput:
      limits === undefined
        ? null
        : { limits, good, share: good / ended, requests_per_second: perSecond(good) },
  }
}

const poolCancellation = (runs: BenchResult[]): Pick<BenchResult, 'cancellation'> => {
  const all = runs.flatMap(({ cancellation }) => cancellation ?? [])
  const [first] = all
  if (first === undefined) return {}
  const sum = (key: 'planned' | 'cancelled'): number => sumOf(all.map((each) => each[key]))
  return { cancellation: { rate: first.rate, planned: sum('planned'), cancelled: sum('cancelled') } }
}

const poolConnections = (runs: BenchResult[]): BenchResult['connections'] => {
  const sum = (key: keyof BenchResult['connections']): number =>
    sumOf(runs.map(({ connections }) => connections[key] ?? 0))
  const resent = sum('resent')
  return {
    opened_before: sum('opened_before'),
    opened_during: sum('opened_during'),
    ...(resent > 0 && { resent }),
  }
}

/** How many there were is only in each run's own rate. */
const poolInputs = (
  runs: BenchResult[],
  perSecond: (count: number) => number,
): { inputs_per_second?: number } => {
  const counts = runs.map(({ throughput, duration_s: seconds }) =>
    throughput.inputs_per_second === undefined ? undefined : throughput.inputs_per_second * seconds,
  )
  return counts.includes(undefined)
    ? {}
    : { inputs_per_second: perSecond(sumOf(counts.map((count) => count!))) }
}

const poolStream = (runs: BenchResult[]): BenchResult['stream'] => {
  const events = sumOf(runs.map(({ stream }) => stream.events))
  const { source, output } = poolTokens(runs)
  return {
    events,
    coalesced_events: sumOf(runs.map(({ stream }) => stream.coalesced_events)),
    tokens_per_event: isCounted(source) && events > 0 ? round(output / events) : null,
    no_itl_because: runs.map(({ stream }) => stream.no_itl_because).find((reason) => reason !== null) ?? null,
  }
}
