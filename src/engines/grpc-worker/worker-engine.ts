import { controlService, inferenceService } from '../../contract/definition.ts'
import { encodeRequest, encodeText } from '../../contract/generate-request.ts'
import type { Engine, Prepared } from '../../engine/engine.ts'
import type { GenerateRequest, ModelInfo } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { resolveChoiceSampling } from './choice-sampling.ts'
import { embed } from './embed.ts'
import { Generation, type GenerationContext } from './generation.ts'
import { assertTokens, resolvePromptTokens, tokenizeTimeoutMs, type PromptTokens } from './prompt-tokens.ts'

export type WorkerEngineOptions = Omit<GenerationContext, 'running' | 'assertOpen'> & {
  kind: string
  /** The worker's id of the model. */
  model: string
  info: ModelInfo
  makesEmbeddings: boolean
  createRequestId(): string
  /** Frees the model in the worker, where it was loaded for this engine. */
  unload: (() => Promise<void>) | undefined
}

export type WorkerEngine = {
  engine: Engine
  /** Ends what runs, and refuses what comes, with this error; leaves the model in the worker. Idempotent. */
  leave(reason: AppError): Promise<void>
}

/** The step in flight ends first. */
const resetTimeoutMs = 30_000

export const unloaded = () => new AppError('engine_failed', 'the model was unloaded')

/** A model in a worker. What happens to it there, its status tells; what we do with it, it knows at once. */
export function createWorkerEngine(options: WorkerEngineOptions): WorkerEngine {
  const { client, tracker, unload } = options
  let left: AppError | undefined
  let leaving: Promise<void> | undefined
  let closing: Promise<void> | undefined
  const assertOpen = (): void => {
    if (left) throw left
    client.assertUsable()
  }
  const context: GenerationContext = { ...options, assertOpen, running: new Set() }
  async function endRunning(reason: AppError): Promise<void> {
    left = reason
    await Promise.all([...context.running].map((generation) => generation.end(reason)))
  }
  const leave = (reason: AppError) => (leaving ??= endRunning(reason))
  async function close(): Promise<void> {
    await leave(unloaded())
    // A worker that is gone, or cannot unload, has nothing to be freed by us.
    await unload?.().catch(() => undefined)
  }
  const engine: Engine = {
    kind: options.kind,
    info: options.info,
    ...createTextMethods(options, context),
    async resetPrefixCache() {
      assertOpen()
      await resetPrefixCache(options)
    },
    status() {
      const status = tracker.status()
      return left || client.isEnded ? { ...status, busySlots: 0, waiting: 0 } : status
    },
    close: () => (closing ??= close()),
  }
  return { engine, leave }
}

async function resetPrefixCache({ client, model }: WorkerEngineOptions): Promise<void> {
  try {
    await client.unary(controlService.ResetPrefixCache, { model }, resetTimeoutMs)
  } catch (cause) {
    // A worker of an earlier release does not know the method, and is good for everything else.
    if ((cause as AppError).code !== 'worker_incompatible') throw cause
    const message = `worker ${client.name} is of a release that cannot forget its prompts: update it`
    throw new AppError('unsupported_parameter', message, { cause })
  }
}

function createTextMethods(
  options: WorkerEngineOptions,
  context: GenerationContext,
): Pick<Engine, 'prepare' | 'embed' | 'tokenize' | 'detokenize'> {
  const { client, model, info } = options
  const { assertOpen } = context
  return {
    async prepare(request) {
      assertOpen()
      assertTokens(request.sampling.logitBias?.keys() ?? [], info.vocabularySize, 'logit_bias')
      const prompt = await resolvePromptTokens(client, { model }, request, info)
      assertOpen()
      return createPrepared(options, context, request, prompt)
    },
    ...(options.makesEmbeddings && {
      async embed(request, signal) {
        assertOpen()
        for (const input of request.inputs)
          if (input.kind === 'tokens') assertTokens(input.tokens, info.vocabularySize, 'input')
        return embed(client, model, request, signal)
      },
    }),
    async tokenize(text) {
      assertOpen()
      const request = { context: { model }, text: encodeText(text), addSpecialTokens: false }
      const { tokenIds } = await client.unary(inferenceService.Tokenize, request, tokenizeTimeoutMs)
      return tokenIds ?? []
    },
    async detokenize(tokens) {
      assertOpen()
      assertTokens(tokens, info.vocabularySize, 'tokens')
      const request = { context: { model }, tokenIds: tokens }
      const { text } = await client.unary(inferenceService.Detokenize, request, tokenizeTimeoutMs)
      return text ?? ''
    },
  }
}

function createPrepared(
  { model, createRequestId }: WorkerEngineOptions,
  context: GenerationContext,
  request: GenerateRequest,
  prompt: PromptTokens,
): Prepared {
  const { tokens } = prompt
  let { count } = prompt
  const start = (choice: number, signal: AbortSignal) => {
    const requestId = createRequestId()
    const sampling = resolveChoiceSampling(request.sampling, choice)
    return new Generation(context, {
      requestId,
      encoded: encodeRequest({ ...request, sampling }, { requestId, model }, tokens),
      signal,
      deadline: request.deadline,
      onStarted: (started) => void (count ??= started.promptTokens),
    })
  }
  return {
    get promptTokens() {
      return count ?? 0
    },
    ...(tokens && { promptTokenIds: () => [...tokens] }),
    // Starts when it is read, so that a generation nobody reads holds no slot.
    generate: (choice, signal) => ({ [Symbol.asyncIterator]: () => start(choice, signal) }),
  }
}
