import { expect, test } from 'vitest'
import type { GenerateRequest, Message, Prompt, Sampling } from '../engine/types.ts'
import { inferenceService } from './definition.ts'
import { decodeChat, decodeComplete, encodeRequest } from './generate-request.ts'
import { createRandom, present, type Random } from './random.test-kit.ts'
import type * as wire from './wire-types.ts'

const context = { requestId: 'r', model: 'm' }

/** Over the wire and back. */
function travel(request: GenerateRequest, tokens?: number[]): GenerateRequest {
  const encoded = encodeRequest(request, context, tokens)
  if ('chat' in encoded) {
    const { requestSerialize, requestDeserialize } = inferenceService.Chat
    const arrived = requestDeserialize(requestSerialize(encoded.chat))
    expect(arrived.context).toEqual(context)
    return decodeChat(arrived)
  }
  const { requestSerialize, requestDeserialize } = inferenceService.Complete
  const arrived = requestDeserialize(requestSerialize(encoded.complete))
  expect(arrived.context).toEqual(context)
  return decodeComplete(arrived)
}

const tokenId = (random: Random) => random.one([0, 1, 127, 128, random.below(2 ** 32), 2 ** 32 - 1])

function createMessage(random: Random): Message {
  const role = random.one(['system', 'user', 'assistant', 'tool'] as const)
  const toolCall = () => ({ id: random.text(), name: random.text(), argumentsJson: random.text() })
  return present({
    role,
    text: random.text(),
    name: random.maybe(() => `n${random.text()}`),
    toolCalls:
      role === 'assistant' ? random.maybe(() => [toolCall(), ...random.list(2, toolCall)]) : undefined,
    toolCallId: role === 'tool' ? random.maybe(() => `c${random.text()}`) : undefined,
  }) as Message
}

const createPrompt = (random: Random): Prompt =>
  random.one<() => Prompt>([
    () => ({ kind: 'chat', messages: random.list(4, () => createMessage(random)) }),
    () => ({ kind: 'text', text: random.text() }),
    () => ({ kind: 'tokens', tokens: random.list(50, () => tokenId(random)) }),
  ])()

function createSampling(random: Random): Sampling {
  const bias = () => [tokenId(random), random.float(-100, 100)] as const
  return present({
    temperature: random.maybe(() => random.one([0, 1, random.float(0, 2)])),
    topP: random.maybe(() => random.float(0, 1)),
    topK: random.maybe(() => random.one([0, random.below(1000), 2 ** 31 - 1])),
    minP: random.maybe(() => random.one([0, random.float(0, 1)])),
    seed: random.maybe(() => random.one([0, random.below(2 ** 32), 2 ** 53 - 1])),
    presencePenalty: random.maybe(() => random.float(-2, 2)),
    frequencyPenalty: random.maybe(() => random.float(-2, 2)),
    repetitionPenalty: random.maybe(() => random.float(0, 2)),
    logitBias: random.maybe(() => new Map([bias(), ...random.list(5, bias)])),
  })
}

const createRequest = (random: Random): GenerateRequest =>
  present({
    prompt: createPrompt(random),
    sampling: createSampling(random),
    maxTokens: random.maybe(() => random.one([0, 1, random.below(2 ** 32)])),
    stop: random.list(4, () => random.text()),
    ignoreEos: random.one([true, false]),
  }) as GenerateRequest

test('any request arrives as it was sent', () => {
  for (let seed = 0; seed < 2_000; seed++) {
    const request = createRequest(createRandom(seed))
    expect(travel(request), `seed ${seed}`).toEqual(request)
  }
})

test('with its tokens known, a chat or a text arrives as those', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = createRandom(seed)
    const request = createRequest(random)
    const tokens = random.list(20, () => tokenId(random))
    const expected = request.prompt.kind === 'tokens' ? request.prompt : { kind: 'tokens', tokens }
    expect(travel(request, tokens), `seed ${seed}`).toEqual({ ...request, prompt: expected })
  }
})

const plain: GenerateRequest = {
  prompt: { kind: 'text', text: 'a' },
  sampling: {},
  stop: [],
  ignoreEos: false,
}

test('half a character is replaced wherever it stands', () => {
  const half = 'a\uD83C'
  const toolCalls = [{ id: 'i', name: half, argumentsJson: half }]
  const messages: Message[] = [{ role: 'assistant', text: half, name: half, toolCalls }]
  const whole = 'a\uFFFD'
  expect(travel({ ...plain, prompt: { kind: 'chat', messages }, stop: [half] })).toMatchObject({
    prompt: { messages: [{ text: whole, name: whole, toolCalls: [{ name: whole, argumentsJson: whole }] }] },
    stop: [whole],
  })
  expect(travel({ ...plain, prompt: { kind: 'text', text: half } }).prompt).toEqual({
    kind: 'text',
    text: whole,
  })
})

test('what no field can hold is cut to the most that it can', () => {
  const request = { ...plain, maxTokens: 2 ** 40, sampling: { topK: 2 ** 40 } }
  expect(travel(request)).toMatchObject({ maxTokens: 2 ** 32 - 1, sampling: { topK: 2 ** 31 - 1 } })
})

test('a least length arrives; more than the most is refused', () => {
  expect(travel({ ...plain, minTokens: 5, maxTokens: 5 })).toMatchObject({ minTokens: 5, maxTokens: 5 })
  expect(travel({ ...plain, minTokens: 7 })).toMatchObject({ minTokens: 7 })
  expect(() => travel({ ...plain, minTokens: 6, maxTokens: 5 })).toThrow(
    expect.objectContaining({ code: 'invalid_request', param: 'min_output_tokens' }),
  )
})

test('a developer is a system, parts are one text, and unknown roles are refused', () => {
  const message = (role: string, content: wire.ContentPart[] = [{ text: 'a' }, { refusal: 'b' }]) =>
    decodeChat({ messages: [{ role, content }] }).prompt
  expect(message('developer')).toEqual({ kind: 'chat', messages: [{ role: 'system', text: 'ab' }] })
  expect(() => message('robot')).toThrow(expect.objectContaining({ code: 'invalid_request', param: 'role' }))
  expect(() => message('user', [{ media: { kind: 'IMAGE' } }])).toThrow(
    expect.objectContaining({ code: 'unsupported_parameter', param: 'media' }),
  )
})

const refusedByBoth: [string, wire.GenerationSettings][] = [
  ['adapter', { context: { adapter: 'a' } }],
  ['extra_json', { context: { extraJson: Buffer.from('{}') } }],
  ['structured_output', { structuredOutput: { jsonObject: true } }],
  ['stop_token_ids', { stop: { stopTokenIds: [1] } }],
  ['include_stop_in_output', { stop: { includeStopInOutput: true } }],
  ['token_ids', { response: { tokenIds: true } }],
  ['top_logprobs', { response: { topLogprobs: 0 } }],
  ['prompt_logprobs', { response: { promptLogprobs: 0 } }],
  ['echo', { response: { echo: true } }],
]
const refusedInChat: [string, wire.ChatRequest][] = [
  ['tools', { tools: [{ name: 'f' }] }],
  ['tool_choice', { toolChoice: { mode: 'auto' } }],
  ['reasoning_effort', { reasoningEffort: 'high' }],
  ['chat_template_kwargs_json', { chatTemplateKwargsJson: Buffer.from('{}') }],
  ['chat_template', { chatTemplate: '{{ messages }}' }],
  ['add_generation_prompt', { addGenerationPrompt: false }],
  ['continue_final_message', { continueFinalMessage: true }],
]
const refusedInComplete: [string, wire.CompleteRequest][] = [
  ['suffix', { suffix: 's' }],
  ['media', { media: [{ kind: 'IMAGE' }] }],
  ['add_special_tokens', { addSpecialTokens: false }],
]
const refusal = (param: string) => expect.objectContaining({ code: 'unsupported_parameter', param })

test.each([...refusedByBoth, ...refusedInChat])('Chat refuses %s by its name', (param, request) => {
  expect(() => decodeChat(request)).toThrow(refusal(param))
})
test.each([...refusedByBoth, ...refusedInComplete])('Complete refuses %s by its name', (param, request) => {
  expect(() => decodeComplete(request)).toThrow(refusal(param))
})
