import { describePrompts } from './describe-prompts.ts'
import { defaultMaxTokens } from './endpoints/openai-body.ts'
import { endpoints } from './endpoints/registry.ts'
import { widthOf, type BenchOptions, type Load, type OpenLoad } from './options.ts'
import type { Prompts } from './prompts/prompts.ts'
import type { Configuration } from './result.ts'

/** What was asked for, as the document has it. */
export const describeConfiguration = (
  { load, endpoint, prompts: asked, stream, sampling, timeoutMs, headers, extraBody }: BenchOptions,
  prompts: Prompts,
  threads: number,
): Configuration => ({
  mode: load.mode,
  concurrency: widthOf(load),
  arrivals: load.mode === 'closed' ? null : describeArrivals(load, prompts.seed),
  ...(load.mode === 'closed' && load.rampUpMs !== undefined && { ramp_up_s: load.rampUpMs / 1000 }),
  requests: load.requests ?? null,
  duration_s: load.durationMs === undefined ? null : load.durationMs / 1000,
  stream,
  max_tokens:
    endpoints[endpoint].framing === 'none'
      ? null
      : (sampling.maxTokens ?? (prompts.source === 'file' || prompts.ownLimits ? null : defaultMaxTokens)),
  temperature: sampling.temperature ?? null,
  seed: sampling.seed ?? null,
  ignore_eos: sampling.ignoreEos,
  ...(headers !== undefined && { headers: Object.keys(headers) }),
  ...(extraBody !== undefined && { extra_body: extraBody }),
  timeout_s: timeoutMs / 1000,
  ...describeSession(load),
  threads,
  prompts: describePrompts(prompts, asked),
})

const describeArrivals = (load: OpenLoad, seed: number): Configuration['arrivals'] => ({
  arrival: load.arrival,
  rate: load.rate,
  burstiness: load.burstiness,
  ramp_up_s: load.rampUpMs === undefined ? null : load.rampUpMs / 1000,
  ...(load.ramp !== undefined && { ramp: load.ramp }),
  seed,
})

const describeSession = (load: Load): Pick<Configuration, 'session'> =>
  load.session === undefined
    ? {}
    : { session: { turns: load.session.turns, think_ms: [load.session.think.from, load.session.think.to] } }
