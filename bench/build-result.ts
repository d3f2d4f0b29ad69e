import { planCancel } from './load/plan-cancel.ts'
import { readEnvironment } from './record/environment.ts'
import type { Floor } from './floor/floor.ts'
import { describeConfiguration } from './describe-configuration.ts'
import { describeHistograms, describeLatency } from './describe-latency.ts'
import type { BenchOptions } from './options.ts'
import { judgeRun } from './verdict/judge-run.ts'
import { writeNotes } from './notes.ts'
import type { NoteFacts } from './note-facts.ts'
import { describeLengths, type PromptLengths } from './prompt-lengths.ts'
import type { Occupancy } from './record/occupancy.ts'
import type { SelfCheck } from './record/self-check.ts'
import type { Recorded } from './record/recorder.ts'
import { isCounted } from './record/token-tally.ts'
import { rampOf } from './ramp-of.ts'
import { schemaVersion, type BenchResult } from './result.ts'
import { round } from './record/statistics.ts'
import { describeSteady } from './steady/steady-figures.ts'
import { monotonicOffset } from './wire/monotonic.ts'
import type { Target } from './wire/target.ts'

export type ResultParts = NoteFacts & {
  selfCheck: SelfCheck
  occupancy: Occupancy | undefined
  floor: Floor | undefined
  threads: number
  version: string
  argv: string[]
  startedAt: Date
  target: Target
  model: string
  openedBefore: number
  cooledDown: number | undefined
}

/** Puts what was asked and what was measured into the one document that everything printed is made from. */
export const buildResult = (parts: ResultParts): BenchResult => {
  const { recorded, options } = parts
  const { sent, succeeded, failed, cancelled, tokens } = recorded
  const configuration = describeConfiguration(options, parts.prompts, parts.threads)
  return {
    schema: 'sluice.bench',
    schema_version: schemaVersion,
    sluice_version: parts.version,
    argv: parts.argv,
    started_at: parts.startedAt.toISOString(),
    monotonic_origin_ms:
      recorded.originMs === undefined ? null : round(recorded.originMs + monotonicOffset()),
    interrupted: parts.interrupted,
    environment: readEnvironment(),
    target: { base_url: parts.target.baseUrl, endpoint: options.endpoint, model: parts.model },
    configuration,
    ...describeUncounted(parts),
    requests: { sent, succeeded, failed, cancelled },
    ...describeShares(recorded),
    errors: recorded.errors,
    finish_reasons: recorded.finishReasons,
    duration_s: round(recorded.durationMs / 1000),
    throughput: describeThroughput(recorded),
    goodput: describeGoodput(recorded, options.goodput),
    tokens: describeTokens(recorded),
    ...describeMade(parts),
    latency: describeLatency(recorded),
    histograms: describeHistograms(recorded),
    steady: describeSteady(recorded.samples, tokens.source !== 'none', rampOf(configuration)),
    stream: describeStream(recorded),
    server_timings: recorded.serverTimings,
    ...describeServerSide(parts),
    ...(recorded.turns.length > 0 && { turns: recorded.turns }),
    ...describeCancellation(parts),
    dispatch: parts.dispatch ?? null,
    connections: {
      opened_before: parts.openedBefore,
      opened_during: parts.openedDuring,
      ...(parts.resent > 0 && { resent: parts.resent }),
    },
    self_check: parts.selfCheck,
    floor: parts.floor ?? null,
    verdict: judgeRun({ ...parts, load: options.load }),
    thresholds: [],
    notes: writeNotes(parts),
    samples: recorded.samples,
    samples_dropped: recorded.samplesDropped,
  }
}

const describeUncounted = ({
  warmed,
  cooledDown,
}: ResultParts): Pick<BenchResult, 'warm_up' | 'cool_down'> => ({
  warm_up: warmed,
  ...(cooledDown !== undefined && { cool_down: { sent: cooledDown } }),
})

const describeShares = ({
  succeeded,
  failed,
}: Recorded): Pick<BenchResult, 'success_rate' | 'error_rate'> => {
  const ended = succeeded + failed
  return ended === 0
    ? { success_rate: null, error_rate: null }
    : { success_rate: succeeded / ended, error_rate: failed / ended }
}

const describeTokens = ({ tokens }: Recorded): BenchResult['tokens'] => ({
  source: tokens.source,
  output: tokens.output,
  prompt: tokens.prompt ?? null,
  cached_prompt: tokens.cachedPrompt ?? null,
})

const describeServerSide = ({
  serverMetrics,
  cacheReset,
}: ResultParts): Pick<BenchResult, 'server_metrics' | 'cache_reset'> => ({
  ...(serverMetrics !== undefined && { server_metrics: serverMetrics }),
  ...(cacheReset !== undefined && { cache_reset: cacheReset }),
})

const describeStream = ({ tokens }: Recorded): BenchResult['stream'] => ({
  events: tokens.events,
  coalesced_events: tokens.coalescedEvents,
  tokens_per_event:
    isCounted(tokens.source) && tokens.events > 0 ? round(tokens.output / tokens.events) : null,
  no_itl_because: tokens.gapsAreNotTokens ?? null,
})

const describeMade = ({ recorded, prompts }: ResultParts): { prompt_lengths?: PromptLengths } => {
  if (recorded.turns.length > 0) return {}
  const lengths = describeLengths(recorded.samples, prompts)
  return lengths === undefined ? {} : { prompt_lengths: lengths }
}

const describeGoodput = (
  { good, succeeded, failed, durationMs }: Recorded,
  limits: BenchOptions['goodput'] = {},
): BenchResult['goodput'] => {
  const ended = succeeded + failed
  if (Object.keys(limits).length === 0 || ended === 0) return null
  const perSecond = durationMs > 0 ? round((good * 1000) / durationMs) : 0
  return { limits, good, share: good / ended, requests_per_second: perSecond }
}

const describeThroughput = ({ succeeded, tokens, durationMs }: Recorded): BenchResult['throughput'] => {
  const perSecond = (count: number): number => (durationMs > 0 ? round((count * 1000) / durationMs) : 0)
  const counted = tokens.source !== 'none'
  return {
    requests_per_second: perSecond(succeeded),
    output_tokens_per_second: counted && tokens.vectors === undefined ? perSecond(tokens.output) : null,
    total_tokens_per_second:
      tokens.source === 'usage' ? perSecond(tokens.output + (tokens.prompt ?? 0)) : null,
    ...(tokens.vectors !== undefined && { inputs_per_second: perSecond(tokens.vectors) }),
  }
}

const describeCancellation = ({
  options: { cancellation },
  recorded: { samples, cancelled },
  prompts,
}: ResultParts): Pick<BenchResult, 'cancellation'> => {
  if (cancellation === undefined) return {}
  const planned = samples.filter(({ index }) => planCancel(cancellation, prompts.seed, index) !== undefined)
  return { cancellation: { rate: cancellation.rate, planned: planned.length, cancelled } }
}
