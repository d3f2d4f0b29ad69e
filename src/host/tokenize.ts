import { decodeChat } from '../contract/generate-request.ts'
import type * as wire from '../contract/wire-types.ts'
import type { Engine } from '../engine/engine.ts'
import type { Prompt } from '../engine/types.ts'
import { AppError } from '../errors.ts'

const encoding = { sampling: {}, stop: [], ignoreEos: false }

/** Which tokens a prompt becomes. A chat is always checked for its length: its tokens come from `prepare`. */
export async function tokenize(
  engine: Engine,
  request: wire.TokenizeRequest,
): Promise<wire.TokenizeResponse> {
  // An engine gives text for tokens, not bytes.
  if (request.withPieces) throw unsupported('with_pieces')
  const { contextLength } = engine.info
  if (request.tokenIds) {
    const tokens = request.tokenIds.ids ?? []
    if (request.checkLength) await prepare(engine, { kind: 'tokens', tokens })
    return { tokenIds: [], count: tokens.length, contextLength }
  }
  const tokens = request.chat
    ? await prepare(engine, decodeChat({ ...request.chat, context: {} }).prompt)
    : await tokenizeText(engine, request)
  return { tokenIds: tokens, count: tokens.length, contextLength }
}

async function tokenizeText(engine: Engine, request: wire.TokenizeRequest): Promise<number[]> {
  const { text = '', addSpecialTokens = true, checkLength } = request
  if (addSpecialTokens && checkLength) return prepare(engine, { kind: 'text', text })
  const plain = await engine.tokenize(text)
  if (checkLength) return prepare(engine, { kind: 'tokens', tokens: plain })
  return addSpecialTokens ? prependStart(engine, plain) : plain
}

async function prepare(engine: Engine, prompt: Prompt): Promise<number[]> {
  const { promptTokenIds } = await engine.prepare({ prompt, ...encoding })
  if (prompt.kind === 'tokens') return prompt.tokens
  if (promptTokenIds) return promptTokenIds()
  throw new AppError('unsupported_parameter', `the ${engine.kind} engine does not tell a prompt's tokens`)
}

/** What a text gets in front of it as a prompt, seen at a text that surely fits. */
async function prependStart(engine: Engine, tokens: number[]): Promise<number[]> {
  const sample = 'a'
  const whole = await prepare(engine, { kind: 'text', text: sample })
  const start = whole.slice(0, whole.length - (await engine.tokenize(sample)).length)
  // Who writes the start token by hand does not get it twice.
  return start.every((token, index) => tokens[index] === token) ? tokens : [...start, ...tokens]
}

export async function detokenize(
  engine: Engine,
  { tokenIds = [], skipSpecialTokens }: wire.DetokenizeRequest,
): Promise<wire.DetokenizeResponse> {
  if (skipSpecialTokens) throw unsupported('skip_special_tokens')
  return { text: await engine.detokenize(tokenIds) }
}

const unsupported = (param: string) =>
  new AppError('unsupported_parameter', `this engine does not support ${param}`, { param })
