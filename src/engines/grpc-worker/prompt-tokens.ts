import { status, type ServiceError } from '@grpc/grpc-js'
import { inferenceService } from '../../contract/definition.ts'
import { encodeMessage, encodeText } from '../../contract/generate-request.ts'
import type * as wire from '../../contract/wire-types.ts'
import type { GenerateRequest, ModelInfo } from '../../engine/types.ts'
import { AppError, toAppError } from '../../errors.ts'
import { boundTime } from './bound-time.ts'
import type { WorkerClient } from './worker-client.ts'

/** `tokens` absent: the worker counts and does not tell which. `count` absent: it does not even count. */
export type PromptTokens = { tokens: number[] | undefined; count: number | undefined }

/** For a prompt as long as the largest context; a worker that is stuck is lost much earlier. */
export const tokenizeTimeoutMs = 60_000

/** Refuses what does not fit, and learns the prompt's tokens, so that no prompt is tokenized twice. */
export async function resolvePromptTokens(
  client: WorkerClient,
  context: wire.RequestContext,
  { prompt, deadline }: Pick<GenerateRequest, 'prompt' | 'deadline'>,
  info: ModelInfo,
): Promise<PromptTokens> {
  if (prompt.kind === 'tokens') {
    assertTokens(prompt.tokens, info.vocabularySize, 'prompt')
    assertFits(prompt.tokens.length, info.contextLength)
    return { tokens: [...prompt.tokens], count: prompt.tokens.length }
  }
  const input =
    prompt.kind === 'text'
      ? { text: encodeText(prompt.text) }
      : { chat: { messages: prompt.messages.map(encodeMessage) } }
  const answer = await tokenize(
    client,
    { context, checkLength: true, ...input },
    boundTime(tokenizeTimeoutMs, deadline),
  )
  if (answer === undefined) return { tokens: undefined, count: undefined }
  const { tokenIds = [], count = tokenIds.length } = answer
  assertFits(count, info.contextLength)
  return { tokens: tokenIds.length === count ? tokenIds : undefined, count }
}

/** Undefined from a worker that cannot. */
async function tokenize(
  client: WorkerClient,
  request: wire.TokenizeRequest,
  timeoutMs: number,
): Promise<wire.TokenizeResponse | undefined> {
  try {
    return await client.unary(inferenceService.Tokenize, request, timeoutMs)
  } catch (cause) {
    const { code } = (toAppError(cause).cause ?? {}) as Partial<ServiceError>
    if (code === status.UNIMPLEMENTED) return undefined
    throw cause
  }
}

/** An engine may not survive a token id outside its vocabulary. A size of 0 is unknown. */
export function assertTokens(tokens: Iterable<number>, vocabularySize: number, param: string): void {
  const size = vocabularySize || 2 ** 32
  for (const token of tokens) {
    if (Number.isInteger(token) && token >= 0 && token < size) continue
    throw new AppError(
      'invalid_request',
      `${param}: ${token} is not a token of this model; its ids go from 0 to ${size - 1}`,
      { param },
    )
  }
}

function assertFits(count: number, contextLength: number): void {
  if (count === 0) throw new AppError('invalid_request', 'the prompt is empty', { param: 'prompt' })
  if (contextLength === 0 || count < contextLength) return
  throw new AppError(
    'context_length_exceeded',
    `the prompt has ${count} tokens and the context holds ${contextLength}, answer included: shorten the prompt or load the model with a larger context`,
    { details: { n_prompt_tokens: count, n_ctx: contextLength } },
  )
}
