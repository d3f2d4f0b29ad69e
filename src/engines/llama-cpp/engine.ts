import type { Engine, Prepared } from '../../engine/engine.ts'
import type { GenerateRequest, ModelInfo } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { NativeContext, NativeModel, NativeSampler, SamplerConfig } from './binding.ts'
import { assertTokens, encodePrompt, type Tokenizer } from './prompt.ts'
import { resolveSamplerConfig } from './sampler-config.ts'
import { Scheduler } from './scheduler.ts'
import type { ThreadControl } from './thread-control.ts'
import { createTokenText } from './token-text.ts'

export type LlamaCppEngine = Engine & {
  /** A fixed number from the next decode on, whatever the governor would say. */
  setThreads(threads: number): void
}

export type LoadedModel = {
  model: NativeModel
  context: NativeContext
  threads: ThreadControl
  info: ModelInfo
  tokenizer: Tokenizer
  slots: number
  batchTokens: number
  windowSize: number
  createSampler(): NativeSampler
  /** Frees context and model. */
  dispose(): Promise<void>
}

const unloaded = () => new AppError('engine_failed', 'the model was unloaded')

export function createLlamaCppEngine(loaded: LoadedModel): LlamaCppEngine {
  const { model, info, tokenizer, threads } = loaded
  const { vocabularySize, contextLength } = info
  const isEnd = createEndCheck(model, vocabularySize)
  const vocabulary = { textOf: createTokenText(model, vocabularySize), isEnd: isEnd.one }
  const scheduler = new Scheduler({ ...loaded, contextLength, vocabulary })
  let closing: Promise<void> | undefined

  function assertOpen(): void {
    if (closing !== undefined) throw unloaded()
  }
  return {
    kind: 'llama-cpp',
    info,
    async prepare(request): Promise<Prepared> {
      assertOpen()
      const prompt = encodePrompt(request.prompt, tokenizer)
      assertTokens(request.sampling.logitBias?.keys() ?? [], vocabularySize, 'logit_bias')
      const { ignoreEos, minTokens = 0 } = request
      const banned = ignoreEos || minTokens > 0 ? isEnd.all() : []
      const start = (choice: number, signal: AbortSignal) =>
        scheduler.submit(encodeJob(request, { choice, prompt, contextLength, banned }), signal).events
      return {
        promptTokens: prompt.length,
        promptTokenIds: () => [...prompt],
        // Starts when it is read, so that a generation nobody reads holds no slot.
        generate: (choice, signal) => ({ [Symbol.asyncIterator]: () => start(choice, signal) }),
      }
    },
    async tokenize(text) {
      assertOpen()
      return text === '' ? [] : [...model.tokenize(text, true)]
    },
    async detokenize(tokens) {
      assertOpen()
      assertTokens(tokens, vocabularySize, 'tokens')
      return tokens.length === 0 ? '' : model.detokenize(Uint32Array.from(tokens), true)
    },
    resetPrefixCache: () => scheduler.resetPrefixCache(),
    status: () => scheduler.status(),
    setThreads: threads.fix,
    close: () => (closing ??= scheduler.close(unloaded()).then(() => loaded.dispose())),
  }
}

type JobContext = { choice: number; prompt: Uint32Array; contextLength: number; banned: readonly number[] }

function encodeJob(request: GenerateRequest, { choice, prompt, contextLength, banned }: JobContext) {
  const room = contextLength - prompt.length
  const { sampling, minTokens = 0, ignoreEos } = request
  const resolve = (without: readonly number[]) =>
    resolveSamplerConfig({ sampling, choice, prompt, contextLength, banned: without })
  const sampler = resolve(banned)
  return {
    prompt,
    ...(minTokens > 0 && {
      minTokens,
      // The seed may have been drawn: it must stay what it is.
      ...(!ignoreEos && { freeSampler: { ...resolve([]), ...pickSeed(sampler) } }),
    }),
    maxTokens: Math.min(request.maxTokens ?? room, room),
    stop: request.stop,
    ignoreEos,
    sampler,
  }
}

const pickSeed = ({ seed }: SamplerConfig) => (seed === undefined ? {} : { seed })

/** A vocabulary may have several end-of-generation tokens; all of them are found once, when first needed. */
function createEndCheck(model: NativeModel, vocabularySize: number) {
  const known = new Map<number, boolean>()
  let all: number[] | undefined
  const one = (token: number): boolean => {
    const answer = known.get(token) ?? model.isEogToken(token)
    known.set(token, answer)
    return answer
  }
  const list = () =>
    Array.from({ length: vocabularySize }, (_, token) => token).filter((token) => model.isEogToken(token))
  return { one, all: () => (all ??= list()) }
}
