import type { GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Generation } from '../protocols/protocol.ts'
import type { ModelRouter } from '../routing/model-router.ts'
import type { Call } from './call.ts'
import type { GatewayState } from './settings.ts'
import { trackChoices } from './tracked-choices.ts'

/** Long enough for a supervisor to start the next process. */
const drainingRetryMs = 5000

export type GenerationSource = { models: ModelRouter; state: () => GatewayState }

/** From a decoded request to running generations: model, prompts, admission, start. */
export async function startGeneration(
  { models, state }: GenerationSource,
  call: Call,
  wanted: { model: string; requests: GenerateRequest[]; count: number },
): Promise<Generation> {
  if (state() === 'draining') {
    const message = 'the server is shutting down and takes no new requests; try again in a moment'
    throw new AppError('draining', message, { retryAfterMs: drainingRetryMs })
  }
  const { signal } = call
  const { model, engine, admission } = await models.resolve(wanted.model, {
    signal,
    onProgress(fraction) {
      call.progress = `loading ${Math.round(fraction * 100)}%`
    },
  })
  call.record.model = model
  call.progress = 'waiting'
  const prepared = await Promise.all(wanted.requests.map((request) => engine.prepare(request)))
  call.record.promptTokens = prepared.reduce((total, prompt) => total + prompt.promptTokens, 0)
  const release = await admission.enter(prepared.length * wanted.count, signal, (position) => {
    call.progress = `queued ${position}`
  })
  call.progress = 'waiting'
  const choices = prepared.flatMap((prompt) =>
    Array.from({ length: wanted.count }, (_, choice) => prompt.generate(choice, signal)),
  )
  return {
    model,
    queueMs: performance.now() - call.startedAt,
    choices: trackChoices(choices, call, release),
    detokenize: (tokens) => engine.detokenize(tokens),
  }
}
