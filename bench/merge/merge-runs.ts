import { round } from '../record/statistics.ts'
import { describeSteady } from '../steady/steady-figures.ts'
import type { RateRamp } from '../arrivals/rate-ramp.ts'
import { rampOf } from '../ramp-of.ts'
import { schemaVersion, type BenchResult, type Configuration } from '../result.ts'
import { evaluateThresholds, parseThreshold } from '../thresholds.ts'
import { assertMergeable } from './assert-mergeable.ts'
import { layOver, type Clock } from './clock.ts'
import { describeLoadGenerator } from './load-generator.ts'
import {
  poolErrors,
  poolReasons,
  poolRequests,
  poolTimings,
  poolTokens,
  poolCoolDown,
  poolWarmUp,
  sumOf,
  sumOrNull,
} from './pool-counts.ts'
import { poolDispatch } from './pool-dispatch.ts'
import { poolLatency } from './pool-latency.ts'
import { poolSamples } from './pool-samples.ts'
import { poolSelfCheck, poolVerdict } from './pool-verdict.ts'

/** What several load generators measured of one server at the same time, as one result. `argv` is the merge's own. */
export const mergeRuns = (runs: BenchResult[], files: string[], argv: string[]): BenchResult => {
  const clock = layOver(runs)
  assertMergeable(runs, files, clock)
  const [first] = runs as [BenchResult]
  const requests = poolRequests(runs)
  const ended = requests.succeeded + requests.failed
  const samples = poolSamples(runs, clock)
  const merged: BenchResult = {
    ...identify(first, clock, argv),
    interrupted: runs.some(({ interrupted }) => interrupted),
    configuration: poolConfiguration(runs),
    warm_up: poolWarmUp(runs),
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
    ...poolCancellation(runs),
    stream: poolStream(runs),
    server_timings: poolTimings(runs),
    dispatch: poolDispatch(runs, samples),
    connections: poolConnections(runs),
    self_check: poolSelfCheck(runs),
    // Each load generator has its own, and the verdict has judged by it.
    floor: null,
    steady: describeSteady(
      samples,
      runs.every(({ tokens }) => tokens.source !== 'none'),
      rampOf(runs[0]!.configuration),
    ),
    verdict: poolVerdict(runs, files),
    thresholds: [],
    notes: writeNotes(runs, clock),
    merged_from: runs.map(describeLoadGenerator),
    samples,
    samples_dropped: sumOf(runs.map((run) => run.samples_dropped)),
  }
  const gates = new Set(runs.flatMap((run) => run.thresholds.map(({ expression }) => expression)))
  merged.thresholds = evaluateThresholds([...gates].map(parseThreshold), merged)
  return merged
}

/** What the first load generator says of all: the same server was asked in the same way. */
const identify = (
  first: BenchResult,
  clock: Clock,
  argv: string[],
): Pick<
  BenchResult,
  | 'schema'
  | 'schema_version'
  | 'sluice_version'
  | 'argv'
  | 'started_at'
  | 'monotonic_origin_ms'
  | 'environment'
  | 'target'
> => ({
  schema: 'sluice.bench',
  schema_version: schemaVersion,
  sluice_version: first.sluice_version,
  argv,
  started_at: new Date(clock.startMs).toISOString(),
  // Samples of several machines have no monotonic clock in common.
  monotonic_origin_ms: null,
  environment: first.environment,
  target: first.target,
})

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
      ...poolInputs(runs),
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

const poolConnections = (runs: BenchResult[]): BenchResult['connections'] => ({
  opened_before: sumOf(runs.map(({ connections }) => connections.opened_before)),
  opened_during: sumOf(runs.map(({ connections }) => connections.opened_during)),
})

/** Each load generator's own rate; they ran at the same time. */
const poolInputs = (runs: BenchResult[]): { inputs_per_second?: number } => {
  const rates = runs.map(({ throughput }) => throughput.inputs_per_second)
  return rates.includes(undefined) ? {} : { inputs_per_second: round(sumOf(rates.map((rate) => rate!))) }
}

const poolConfiguration = (runs: BenchResult[]): Configuration => {
  const [{ configuration }] = runs as [BenchResult]
  const { arrivals } = configuration
  const all = runs.map((run) => run.configuration)
  const rate = sumOf(all.map((each) => each.arrivals?.rate ?? 0))
  return {
    ...configuration,
    concurrency: sumOf(all.map(({ concurrency }) => concurrency)),
    arrivals: arrivals === null ? null : { ...arrivals, rate, ...poolRamp(all) },
    requests: sumOrNull(all.map(({ requests }) => requests)),
  }
}

/** Each load generator's ramp goes at the same time. */
const poolRamp = (all: Configuration[]): { ramp?: RateRamp } => {
  const ramps = all.map(({ arrivals }) => arrivals?.ramp).filter((ramp) => ramp !== undefined)
  const [first] = ramps
  if (first === undefined) return {}
  return { ramp: { ...first, from: sumOf(ramps.map(({ from }) => from)), to: sumOf(ramps.map(({ to }) => to)) } } // prettier-ignore
}

const poolStream = (runs: BenchResult[]): BenchResult['stream'] => {
  const events = sumOf(runs.map(({ stream }) => stream.events))
  const { source, output } = poolTokens(runs)
  return {
    events,
    coalesced_events: sumOf(runs.map(({ stream }) => stream.coalesced_events)),
    tokens_per_event: source === 'usage' && events > 0 ? round(output / events) : null,
    no_itl_because: runs.map(({ stream }) => stream.no_itl_because).find((reason) => reason !== null) ?? null,
  }
}

const writeNotes = (runs: BenchResult[], { overlap }: Clock): string[] => {
  const seeds = new Set(runs.map(({ configuration }) => configuration.prompts.nonce ?? 'none'))
  const urls = new Set(runs.map(({ target }) => target.base_url))
  const [{ configuration }] = runs as [BenchResult]
  return [
    `merged from ${runs.length} load generators, which ran together for ${Math.round(overlap * 100)} % of the shortest run; histograms were added and percentiles read from the sum`,
    configuration.prompts.source === 'built-in' && seeds.size < runs.length
      ? 'load generators sent the same prompts; a prefix cache makes them faster. Give each its own --seed'
      : undefined,
    urls.size > 1 ? `they reached the server by different addresses: ${[...urls].join(', ')}` : undefined,
    configuration.arrivals?.arrival === 'constant'
      ? 'several constant schedules together are not constant: see gap_cv under dispatch'
      : undefined,
    ...new Set(runs.flatMap(({ notes }) => notes)),
  ].filter((note) => note !== undefined)
}
