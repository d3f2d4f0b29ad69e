import type { Embeddings, EmbedRequest, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Moderation } from '../moderation/moderation.ts'
import type { Generation } from '../protocols/protocol.ts'
import type { ModelRoute, ModelRouter } from '../routing/model-router.ts'
import type { Call } from './call.ts'
import { moderateChoices, moderateEmbedding, moderateRequests } from './moderate.ts'
import type { GatewayState } from './settings.ts'
import { trackChoices } from './tracked-choices.ts'

/** Long enough for a supervisor to start the next process. */
const drainingRetryMs = 5000

export type GenerationSource = {
  models: ModelRouter
  state: () => GatewayState
  /** Absent: nobody looks at texts. */
  moderation?: Moderation
}

/** From a decoded request to running generations: model, prompts, admission, start. */
export async function startGeneration(
  source: GenerationSource,
  call: Call,
  wanted: { model: string; requests: GenerateRequest[]; count: number },
): Promise<Generation> {
  const { signal } = call
  const stopwatch = createStopwatch()
  const { model, engine, admission } = await stopwatch.time(resolveModel(source, call, wanted.model))
  call.progress = 'waiting'
  const moderated = { ...source, model, detokenize: engine.detokenize }
  const requests = await moderateRequests(moderated, call, wanted.requests)
  const prepared = await Promise.all(requests.map((request) => engine.prepare(request)))
  call.record.promptTokens = prepared.reduce((total, prompt) => total + prompt.promptTokens, 0)
  const entrance = admission.enter(prepared.length * wanted.count, signal, (position) => {
    call.progress = `queued ${position}`
  })
  const release = await stopwatch.time(entrance)
  call.defer(release)
  call.progress = `prefill 0/${call.record.promptTokens}`
  const choices = prepared.flatMap((prompt) =>
    Array.from({ length: wanted.count }, (_, choice) => prompt.generate(choice, signal)),
  )
  return {
    model,
    queueMs: stopwatch.totalMs(),
    choices: trackChoices(
      moderateChoices(
        moderated,
        call,
        choices,
        (index) => prepared[Math.floor(index / wanted.count)]!.promptTokens,
      ),
      call,
      release,
    ),
    detokenize: (tokens) => engine.detokenize(tokens),
  }
}

/** One place in the queue and one in the model, whatever the number of inputs. */
export async function runEmbedding(
  source: GenerationSource,
  call: Call,
  wanted: { model: string; request: EmbedRequest },
): Promise<Embeddings & { model: string }> {
  const { model, engine, admission } = await resolveModel(source, call, wanted.model)
  if (!engine.embed)
    throw new AppError('unsupported_parameter', `${model} makes no embeddings; ask a model that does`, {
      param: 'model',
    })
  const moderated = { ...source, model, detokenize: engine.detokenize }
  const request = await moderateEmbedding(moderated, call, wanted.request)
  const release = await admission.enter(1, call.signal, () => undefined)
  call.defer(release)
  const embeddings = await engine.embed(request, call.signal)
  call.record.promptTokens = embeddings.promptTokens
  return { model, ...embeddings }
}

async function resolveModel(
  { models, state }: GenerationSource,
  call: Call,
  name: string,
): Promise<ModelRoute> {
  if (state() === 'draining') {
    const message = 'the server is shutting down and takes no new requests; try again in a moment'
    throw new AppError('draining', message, { retryAfterMs: drainingRetryMs })
  }
  const route = await models.resolve(name, {
    signal: call.signal,
    onProgress(fraction) {
      call.progress = `loading ${Math.round(fraction * 100)}%`
    },
  })
  call.record.model = route.model
  return route
}

function createStopwatch() {
  let totalMs = 0
  return {
    async time<T>(wait: Promise<T>): Promise<T> {
      const startedAt = performance.now()
      const value = await wait
      totalMs += performance.now() - startedAt
      return value
    },
    totalMs: () => totalMs,
  }
}
