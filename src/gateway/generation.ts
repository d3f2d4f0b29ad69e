import type { Embeddings, EmbedRequest, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Moderation } from '../moderation/moderation.ts'
import type { Generation } from '../protocols/protocol.ts'
import type { ModelRoute, ModelRouter } from '../routing/model-router.ts'
import { unlessAborted } from '../routing/unless-aborted.ts'
import type { Limits } from '../limits/limits.ts'
import type { Call } from './call.ts'
import { enterAdmission } from './enter-admission.ts'
import { holdEmbedding, holdGeneration } from './hold-limits.ts'
import { moderateChoices, moderateEmbedding, moderateRequests } from './moderate.ts'
import type { GatewaySettings, GatewayState } from './settings.ts'
import { trackChoices } from './tracked-choices.ts'
import { within } from './within.ts'

/** Long enough for a supervisor to start the next process. */
const drainingRetryMs = 5000

export type GenerationSource = {
  models: ModelRouter
  settings: Pick<GatewaySettings, 'loadTimeoutMs'>
  state: () => GatewayState
  limits?: Limits | undefined
  /** Absent: nobody looks at texts. */
  moderation?: Moderation | undefined
}

/** From a decoded request to running generations: model, prompts, admission, start. */
export async function startGeneration(
  source: GenerationSource,
  call: Call,
  wanted: { model: string; requests: GenerateRequest[]; count: number },
): Promise<Generation> {
  const { signal } = call
  const stopwatch = createStopwatch(call)
  const route = await stopwatch.time(resolveModel(source, call, wanted.model))
  const { model, engine, admission } = route
  call.progress = 'waiting'
  const moderated = { ...source, model, detokenize: engine.detokenize }
  const requests = await moderateRequests(moderated, call, wanted.requests)
  const preparing = Promise.all(requests.map((request) => engine.prepare(withDeadline(request, call))))
  const prepared = await unlessAborted(preparing, signal)
  const hold = holdGeneration(source.limits, call, route, { ...wanted, prepared })
  const held = hold instanceof Promise ? await hold : hold
  const release = await stopwatch.time(enterAdmission(admission, call, prepared.length * wanted.count))
  call.defer(release)
  held.begin()
  // Only now: who was refused or left while he waited has used nothing.
  call.record.promptTokens = prepared.reduce((total, prompt) => total + prompt.promptTokens, 0)
  call.progress = `prefill 0/${call.record.promptTokens}`
  const choices = prepared.flatMap((prompt) =>
    Array.from({ length: wanted.count }, (_, choice) => prompt.generate(choice, signal)),
  )
  const promptTokensOf = (index: number) => prepared[Math.floor(index / wanted.count)]!.promptTokens
  const watched = moderateChoices(moderated, call, choices, promptTokensOf)
  return {
    model,
    queueMs: stopwatch.totalMs(),
    choices: trackChoices(watched, { call, choicesPerPrompt: wanted.count, onAllOver: release }),
    detokenize: (tokens) => engine.detokenize(tokens),
  }
}

/** One place in the queue and one in the model, whatever the number of inputs. */
export async function runEmbedding(
  source: GenerationSource,
  call: Call,
  wanted: { model: string; request: EmbedRequest },
): Promise<Embeddings & { model: string }> {
  const stopwatch = createStopwatch(call)
  const route = await stopwatch.time(resolveModel(source, call, wanted.model))
  const { model, engine, admission } = route
  if (!engine.embed)
    throw new AppError('unsupported_parameter', `${model} makes no embeddings; ask a model that does`, {
      param: 'model',
    })
  const moderated = { ...source, model, detokenize: engine.detokenize }
  const request = await moderateEmbedding(moderated, call, wanted.request)
  const held = await holdEmbedding(source.limits, call, route, request)
  const release = await stopwatch.time(enterAdmission(admission, call, 1))
  call.defer(release)
  held.begin()
  const { worker, ...embeddings } = await engine.embed(withDeadline(request, call), call.signal)
  call.record.promptTokens = embeddings.promptTokens
  call.record.tokenSource = 'engine'
  if (worker !== undefined) call.record.worker = worker
  return { model, ...embeddings }
}

async function resolveModel(
  { models, settings, state }: GenerationSource,
  call: Call,
  name: string,
): Promise<ModelRoute> {
  if (state() === 'draining') {
    const message = 'the server is shutting down and takes no new requests; try again in a moment'
    throw new AppError('draining', message, { retryAfterMs: drainingRetryMs })
  }
  const onProgress = (fraction: number) => {
    call.progress = `loading ${Math.round(fraction * 100)}%`
  }
  const ms = settings.loadTimeoutMs
  const limit = { signal: call.signal, ms, describeExpiry: () => describeLoad(name, ms) }
  const route = await within(limit, (signal) => models.resolve(name, { signal, onProgress }))
  call.record.model = route.model
  return route
}

const withDeadline = <T extends object>(request: T, { deadline }: Call): T =>
  deadline === undefined ? request : { ...request, deadline }

/** As long as a large model still loads. */
const loadingRetryMs = 10_000

const describeLoad = (model: string, ms: number) =>
  new AppError(
    'timeout',
    `${model} is still loading after ${ms / 1000} s, which is load_timeout; the load goes on, so try again later`,
    { retryAfterMs: loadingRetryMs, details: { timeout: 'load_timeout', limit_ms: ms } },
  )

function createStopwatch({ record }: Call) {
  let totalMs = 0
  return {
    async time<T>(wait: Promise<T>): Promise<T> {
      const startedAt = performance.now()
      try {
        return await wait
      } finally {
        totalMs += performance.now() - startedAt
        record.queueMs = totalMs
      }
    },
    totalMs: () => totalMs,
  }
}
