import type { Embeddings, EmbedRequest, GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Generation } from '../protocols/protocol.ts'
import type { ModelRoute, ModelRouter } from '../routing/model-router.ts'
import type { Limits } from '../limits/limits.ts'
import type { Call } from './call.ts'
import { enterAdmission } from './enter-admission.ts'
import { holdEmbedding, holdGeneration } from './hold-limits.ts'
import type { GatewayState } from './settings.ts'
import { trackChoices } from './tracked-choices.ts'

/** Long enough for a supervisor to start the next process. */
const drainingRetryMs = 5000

export type GenerationSource = {
  models: ModelRouter
  state: () => GatewayState
  limits?: Limits | undefined
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
  const prepared = await Promise.all(wanted.requests.map((request) => engine.prepare(request)))
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
  return {
    model,
    queueMs: stopwatch.totalMs(),
    choices: trackChoices(choices, { call, choicesPerPrompt: wanted.count, onAllOver: release }),
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
  const held = await holdEmbedding(source.limits, call, route, wanted.request)
  const release = await stopwatch.time(enterAdmission(admission, call, 1))
  call.defer(release)
  held.begin()
  const { worker, ...embeddings } = await engine.embed(wanted.request, call.signal)
  call.record.promptTokens = embeddings.promptTokens
  call.record.tokenSource = 'engine'
  if (worker !== undefined) call.record.worker = worker
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
