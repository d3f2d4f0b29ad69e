import type { GenerateRequest, Message, Prompt, Sampling, ToolCall } from '../engine/types.ts'
import { AppError } from '../errors.ts'
import type * as wire from './wire-types.ts'

/** A request as the two calls know it: `chat` where messages are to be templated, else `complete`. */
export type EncodedRequest = { chat: wire.ChatRequest } | { complete: wire.CompleteRequest }

/** `tokens`: what Tokenize gave for this very prompt; saves the worker doing it again. */
export function encodeRequest(
  request: GenerateRequest,
  context: wire.RequestContext,
  tokens: number[] | undefined,
): EncodedRequest {
  const settings = { context, sampling: encodeSampling(request.sampling), stop: encodeStop(request) }
  const { prompt } = request
  if (prompt.kind === 'chat') {
    const promptTokenIds = tokens && { promptTokenIds: { ids: tokens } }
    return { chat: { ...settings, messages: prompt.messages.map(encodeMessage), ...promptTokenIds } }
  }
  if (prompt.kind === 'tokens') return { complete: { ...settings, tokenIds: { ids: prompt.tokens } } }
  return {
    complete: {
      ...settings,
      ...(tokens ? { tokenIds: { ids: tokens } } : { text: encodeText(prompt.text) }),
    },
  }
}

/** A string with half a character in it is no UTF-8; most readers refuse the whole message. */
export const encodeText = (text: string): string => text.toWellFormed()

/** What is larger than its field would arrive as some other number. */
const largestUint32 = 2 ** 32 - 1
const largestInt32 = 2 ** 31 - 1

const encodeStop = ({ maxTokens, minTokens, stop, ignoreEos }: GenerateRequest): wire.StopCriteria => ({
  ...(maxTokens !== undefined && { maxOutputTokens: Math.min(maxTokens, largestUint32) }),
  ...(minTokens !== undefined && { minOutputTokens: Math.min(minTokens, largestUint32) }),
  stop: stop.map(encodeText),
  ...(ignoreEos && { ignoreEos }),
})

function encodeSampling({ logitBias, ...scalars }: Sampling): wire.SamplingParams {
  return {
    ...scalars,
    ...(scalars.topK !== undefined && { topK: Math.min(scalars.topK, largestInt32) }),
    ...(logitBias && { logitBias: Object.fromEntries(logitBias) }),
  }
}

export const encodeMessage = ({ role, text, name, toolCalls, toolCallId }: Message): wire.Message => ({
  role,
  content: [{ text: encodeText(text) }],
  ...(name !== undefined && { name: encodeText(name) }),
  ...(toolCalls && { toolCalls: toolCalls.map(encodeToolCall) }),
  ...(toolCallId !== undefined && { toolCallId }),
})

const encodeToolCall = ({ id, name, argumentsJson }: ToolCall): wire.ToolCall => ({
  id,
  name: encodeText(name),
  argumentsJson: encodeText(argumentsJson),
})

/** What our engines can do; everything else in the message is refused by its name. */
export function decodeChat(request: wire.ChatRequest): GenerateRequest {
  refuse({
    tools: request.tools?.length,
    tool_choice: request.toolChoice,
    reasoning_effort: request.reasoningEffort,
    chat_template_kwargs_json: request.chatTemplateKwargsJson?.length,
    chat_template: request.chatTemplate,
    add_generation_prompt: request.addGenerationPrompt === false,
    continue_final_message: request.continueFinalMessage,
  })
  const tokens = request.promptTokenIds?.ids
  const prompt: Prompt = tokens
    ? { kind: 'tokens', tokens }
    : { kind: 'chat', messages: (request.messages ?? []).map(decodeMessage) }
  return { prompt, ...decodeSettings(request) }
}

export function decodeComplete(request: wire.CompleteRequest): GenerateRequest {
  refuse({
    suffix: request.suffix,
    media: request.media?.length,
    add_special_tokens: request.addSpecialTokens === false,
  })
  const prompt: Prompt = request.tokenIds
    ? { kind: 'tokens', tokens: request.tokenIds.ids ?? [] }
    : { kind: 'text', text: request.text ?? '' }
  return { prompt, ...decodeSettings(request) }
}

function decodeSettings(settings: wire.GenerationSettings): Omit<GenerateRequest, 'prompt'> {
  const { context, sampling = {}, stop = {}, structuredOutput, response = {} } = settings
  refuse({
    adapter: context?.adapter,
    extra_json: context?.extraJson?.length,
    structured_output: structuredOutput,
    stop_token_ids: stop.stopTokenIds?.length,
    include_stop_in_output: stop.includeStopInOutput,
    token_ids: response.tokenIds,
    top_logprobs: response.topLogprobs !== undefined,
    prompt_logprobs: response.promptLogprobs !== undefined,
    echo: response.echo,
  })
  const { minOutputTokens: least, maxOutputTokens: most } = stop
  if (least !== undefined && most !== undefined && least > most) {
    const message = `min_output_tokens is ${least}, more than max_output_tokens, which is ${most}`
    throw new AppError('invalid_request', message, { param: 'min_output_tokens' })
  }
  return {
    sampling: decodeSampling(sampling),
    ...(least !== undefined && { minTokens: least }),
    ...(most !== undefined && { maxTokens: most }),
    stop: stop.stop ?? [],
    ignoreEos: stop.ignoreEos ?? false,
  }
}

function decodeSampling({ logitBias, n: _n, ...scalars }: wire.SamplingParams): Sampling {
  const biases = Object.entries(logitBias ?? {}).map(([id, bias]) => [Number(id), bias] as const)
  return { ...scalars, ...(biases.length > 0 && { logitBias: new Map(biases) }) }
}

const roles = { system: true, developer: true, user: true, assistant: true, tool: true }

function decodeMessage({ role = '', content = [], name, toolCalls = [], toolCallId }: wire.Message): Message {
  if (!Object.hasOwn(roles, role))
    throw new AppError('invalid_request', `unknown role "${role}"`, { param: 'role' })
  refuse({ media: content.some((part) => part.media) })
  return {
    role: role === 'developer' ? 'system' : (role as Message['role']),
    text: content.map((part) => part.text ?? part.refusal ?? '').join(''),
    ...(name && { name }),
    ...(toolCalls.length > 0 && {
      toolCalls: toolCalls.map((call) => ({
        id: call.id ?? '',
        name: call.name ?? '',
        argumentsJson: call.argumentsJson ?? '',
      })),
    }),
    ...(toolCallId && { toolCallId }),
  }
}

function refuse(unsupported: Record<string, unknown>): void {
  const param = Object.keys(unsupported).find((name) => Boolean(unsupported[name]))
  if (param === undefined) return
  throw new AppError('unsupported_parameter', `this engine does not support ${param}`, { param })
}
