import type { Prompt } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { ChatTemplate } from './chat-template.ts'

/** What is needed to turn a prompt into tokens. */
export type Tokenizer = {
  tokenize(text: string): Uint32Array
  vocabularySize: number
  contextLength: number
  /** The longest token's bytes: a text of more than `contextLength` times that cannot fit. */
  longestToken: number
  /** The token that the vocabulary wants at the start of every prompt. */
  bosToken: number | undefined
  /** Made when first needed: an unreadable template must not keep `/v1/completions` from working. */
  chatTemplate(): ChatTemplate | undefined
}

/**
 * Control tokens in the text are recognised in raw prompts too, as llama-server does it: whoever sends
 * a raw prompt writes the template by hand.
 */
export function encodePrompt(prompt: Prompt, tokenizer: Tokenizer): Uint32Array {
  const tokens =
    prompt.kind === 'tokens' ? encodeTokens(prompt.tokens, tokenizer) : encodeText(prompt, tokenizer)
  if (tokens.length === 0) throw new AppError('invalid_request', 'the prompt is empty', { param: 'prompt' })
  if (tokens.length >= tokenizer.contextLength) throw tooLong(tokens.length, tokenizer.contextLength, '')
  return tokens
}

function encodeText(prompt: Exclude<Prompt, { kind: 'tokens' }>, tokenizer: Tokenizer): Uint32Array {
  const text = prompt.kind === 'text' ? prompt.text : renderChat(prompt, tokenizer)
  // Tokenizing is synchronous, so a text that is certainly too long is refused by its size.
  const atLeast = Math.ceil(Buffer.byteLength(text) / tokenizer.longestToken)
  if (atLeast >= tokenizer.contextLength) throw tooLong(atLeast, tokenizer.contextLength, 'at least ')
  const tokens = text === '' ? new Uint32Array() : tokenizer.tokenize(text)
  const { bosToken } = tokenizer
  // Templates that write the token themselves must not get it twice.
  if (bosToken === undefined || tokens[0] === bosToken) return tokens
  const withStart = new Uint32Array(tokens.length + 1)
  withStart[0] = bosToken
  withStart.set(tokens, 1)
  return withStart
}

function renderChat(prompt: Extract<Prompt, { kind: 'chat' }>, tokenizer: Tokenizer): string {
  const template = tokenizer.chatTemplate()
  if (template !== undefined) return template.render(prompt.messages)
  throw new AppError('invalid_request', 'this model has no chat template: use /v1/completions', {
    param: 'messages',
  })
}

function encodeTokens(tokens: readonly number[], { vocabularySize }: Tokenizer): Uint32Array {
  assertTokens(tokens, vocabularySize, 'prompt')
  return Uint32Array.from(tokens)
}

/** llama.cpp does not survive a token id outside the vocabulary. */
export function assertTokens(tokens: Iterable<number>, vocabularySize: number, param: string): void {
  for (const token of tokens) {
    if (Number.isInteger(token) && token >= 0 && token < vocabularySize) continue
    throw new AppError(
      'invalid_request',
      `${param}: ${token} is not a token of this model; its ids go from 0 to ${vocabularySize - 1}`,
      { param },
    )
  }
}

const tooLong = (promptTokens: number, contextLength: number, atLeast: string): AppError =>
  new AppError(
    'context_length_exceeded',
    `the prompt has ${atLeast}${promptTokens} tokens and the context holds ${contextLength}, answer included: shorten the prompt or load the model with a larger context`,
    { details: { n_prompt_tokens: promptTokens, n_ctx: contextLength } },
  )
