import { createCounters } from '../../engine/counters.ts'
import type { Engine, Prepared } from '../../engine/engine.ts'
import type { GenerateRequest, LoadOptions, ModelInfo, Prompt } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { generateFake, type FakeModel } from './fake-generation.ts'
import type { FakeOptions } from './fake-options.ts'
import { createFakeSlots } from './fake-slots.ts'
import { decodeFakeTokens, encodeFakeTokens, fakeVocabularySize } from './fake-vocabulary.ts'

const defaultContextLength = 4096
const defaultSlots = 16

const unloaded = () => new AppError('engine_failed', 'the model was unloaded')

/** Deterministic, with a settable speed: for tests, and to measure everything around an engine. */
export function createFakeEngine(fake: FakeOptions, options: LoadOptions): Engine {
  const contextLength = options.contextLength ?? defaultContextLength
  const slots = createFakeSlots(options.parallel ?? defaultSlots)
  const counters = createCounters()
  const closing = new AbortController()
  const { batchTokens } = options
  const stalls: FakeModel['stalls'] = new Set()
  const model: FakeModel = { fake, slots, counters, contextLength, batchTokens, closing, stalls, begun: 0 }

  const assertOpen = (): void => {
    if (closing.signal.aborted) throw unloaded()
  }
  return {
    kind: 'fake',
    info: createInfo(contextLength),
    async prepare(request: GenerateRequest): Promise<Prepared> {
      assertOpen()
      const prompt = encodePrompt(request.prompt, contextLength)
      assertTokens(request.sampling.logitBias?.keys() ?? [], 'logit_bias')
      return {
        promptTokens: prompt.length,
        promptTokenIds: () => [...prompt],
        generate: (choice, signal) => generateFake(model, { request, prompt, choice, signal }),
      }
    },
    async tokenize(text) {
      assertOpen()
      return encodeFakeTokens(text)
    },
    async detokenize(tokens) {
      assertOpen()
      assertTokens(tokens, 'tokens')
      return decodeFakeTokens(tokens)
    },
    async resetPrefixCache() {
      assertOpen()
      slots.forget()
    },
    status() {
      const [oldest] = stalls
      const stepAgeMs = oldest === undefined ? 0 : performance.now() - oldest.since
      return { ...slots.status(), stepAgeMs, threads: undefined, counters: counters.read() }
    },
    async close() {
      closing.abort(unloaded())
      slots.close(unloaded())
    },
  }
}

const createInfo = (contextLength: number): ModelInfo => ({
  architecture: 'fake',
  quantization: undefined,
  parameters: undefined,
  sizeBytes: 0,
  contextLength,
  trainedContextLength: contextLength,
  vocabularySize: fakeVocabularySize,
  hasChatTemplate: true,
})

function encodePrompt(prompt: Prompt, contextLength: number): number[] {
  if (prompt.kind === 'tokens') assertTokens(prompt.tokens, 'prompt')
  const tokens = prompt.kind === 'tokens' ? [...prompt.tokens] : encodeFakeTokens(renderPrompt(prompt))
  if (tokens.length === 0) throw new AppError('invalid_request', 'the prompt is empty', { param: 'prompt' })
  if (tokens.length < contextLength) return tokens
  throw new AppError(
    'context_length_exceeded',
    `the prompt has ${tokens.length} tokens and the context holds ${contextLength}, answer included`,
    { details: { n_prompt_tokens: tokens.length, n_ctx: contextLength } },
  )
}

const renderPrompt = (prompt: Exclude<Prompt, { kind: 'tokens' }>): string =>
  prompt.kind === 'text'
    ? prompt.text
    : prompt.messages.map(({ role, text }) => `${role}: ${text}\n`).join('')

function assertTokens(tokens: Iterable<number>, param: string): void {
  for (const token of tokens) {
    if (Number.isInteger(token) && token >= 0 && token < fakeVocabularySize) continue
    throw new AppError('invalid_request', `${param}: ${token} is not a token of this model`, { param })
  }
}
