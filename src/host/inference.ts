import type { UntypedServiceImplementation } from '@grpc/grpc-js'
import { decodeChat, decodeComplete } from '../contract/generate-request.ts'
import type * as wire from '../contract/wire-types.ts'
import type { GenerateRequest } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { embed } from './embed.ts'
import { generate } from './generate.ts'
import { createStreamHandler, createUnaryHandler } from './handlers.ts'
import type { HostedModel, HostedModels } from './hosted-models.ts'
import type { Outlet } from './outlet.ts'
import type { RunningCalls } from './running-calls.ts'
import { detokenize, tokenize } from './tokenize.ts'

export type InferenceOptions = {
  models: HostedModels
  calls: RunningCalls
  /** Generations that may wait in one engine. */
  maxQueue: number
  isDraining(): boolean
  log: Logger | undefined
}

type WithContext = { context?: wire.RequestContext }

export function createInference(options: InferenceOptions): UntypedServiceImplementation {
  const { models, calls, log } = options

  /** Every call for a model passes here, so none can be answered by another one. */
  function resolveModel({ context = {} }: WithContext): HostedModel {
    const model = models.require(context.model)
    assertContext(context)
    return model
  }
  const unary = <Request extends WithContext, Response>(
    answer: (model: HostedModel, request: Request, signal: AbortSignal) => Promise<Response>,
  ) =>
    createUnaryHandler<Request, Response>(log, (request, signal) =>
      answer(resolveModel(request), request, signal),
    )

  const generating = <Request extends wire.GenerationSettings>(
    decode: (request: Request) => GenerateRequest,
  ) =>
    createStreamHandler<Request, wire.GenerateEvent>(log, (request, outlet, signal) =>
      run(options, { model: resolveModel(request), request, decode: () => decode(request), outlet, signal }),
    )

  return {
    Chat: generating(decodeChat),
    Complete: generating(decodeComplete),
    Embed: unary<wire.EmbedRequest, wire.EmbedResponse>((model, request, signal) =>
      admit(options, { model, request, choices: 1, signal }, (over) => embed(model.engine, request, over)),
    ),
    Tokenize: unary<wire.TokenizeRequest, wire.TokenizeResponse>(({ engine }, request) =>
      tokenize(engine, request),
    ),
    Detokenize: unary<wire.DetokenizeRequest, wire.DetokenizeResponse>(({ engine }, request) =>
      detokenize(engine, request),
    ),
    Abort: createUnaryHandler<wire.AbortRequest, wire.AbortResponse>(log, async (request) => {
      const { requestIds = [], all, reason } = request
      const aborted = await calls.abort(all ? 'all' : requestIds)
      log?.info({ event: 'call.aborted', aborted, all, reason }, 'aborted by name')
      return { aborted }
    }),
  }
}

type Call = { model: HostedModel; request: WithContext; choices: number; signal: AbortSignal }

/** Refuses what cannot be taken now; what is taken can be aborted by its id, and is waited for when draining. */
async function admit<T>(
  options: InferenceOptions,
  { model, request, choices, signal }: Call,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (options.isDraining())
    throw new AppError('draining', 'this worker is draining and takes no new requests')
  assertRoom(options, model, choices)
  const requestId = request.context?.requestId ?? ''
  const call = options.calls.begin({ requestId, model, choices, signal })
  try {
    return await work(call.signal)
  } finally {
    call.finish()
  }
}

type Run = {
  model: HostedModel
  request: wire.GenerationSettings
  decode(): GenerateRequest
  outlet: Outlet<wire.GenerateEvent>
  signal: AbortSignal
}

async function run(
  options: InferenceOptions,
  { model, request, decode, outlet, signal }: Run,
): Promise<void> {
  const choices = request.sampling?.n ?? 1
  await admit(options, { model, request, choices, signal }, async (over) => {
    const prepared = await model.engine.prepare(decode())
    if (over.aborted) throw new AppError('cancelled', 'the request was cancelled')
    const room = outlet.write({ started: { promptTokens: prepared.promptTokens } })
    if (room) await room
    const stream = request.response?.stream ?? true
    await generate({ prepared, choices, stream, outlet, signal: over })
  })
}

/** Choices are counted from their arrival, so that a burst cannot pass before the engine has seen any of it. */
function assertRoom({ calls, maxQueue }: InferenceOptions, model: HostedModel, choices: number): void {
  const room = model.engine.status().slots + maxQueue
  if (choices < 1 || choices > room)
    throw new AppError('invalid_request', `n must be from 1 to ${room}`, { param: 'n' })
  if (calls.choices(model) + choices <= room) return
  throw new AppError('queue_full', `${maxQueue} requests wait for ${model.id} already: try again later`, {
    retryAfterMs: 1000,
  })
}

/** What would change the answer, or who may see whose prefix, and what our engines cannot do. */
function assertContext({ cacheSalt, bypassPrefixCache, priority }: wire.RequestContext): void {
  const unsupported = { cache_salt: cacheSalt, bypass_prefix_cache: bypassPrefixCache, priority }
  for (const [param, value] of Object.entries(unsupported)) {
    if (!value) continue
    throw new AppError('unsupported_parameter', `this worker does not support ${param}`, { param })
  }
}
