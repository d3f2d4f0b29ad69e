import type { Behaviour } from './behaviour.ts'
import * as events from './events.ts'
import { anthropic, ollama, responses, vectors } from './foreign-events.ts'
import { splitEverywhere } from './splits.ts'
import { cut, end, headers, headersOf, wait, write, type Step } from './step.ts'
import { paced, type Shape } from './streams.ts'

type Encode = (text: string) => string

const lines = headersOf('application/x-ndjson')
const spoken =
  (encode: Encode) =>
  (index: number): string =>
    encode(events.word(index))
/** The first half in one way and the rest in another. */
const turning =
  ({ tokens }: Shape, first: Encode, rest: Encode) =>
  (index: number): string =>
    (index < tokens / 2 ? first : rest)(events.word(index))
const half = (shape: Shape): Shape => ({ ...shape, tokens: Math.ceil(shape.tokens / 2) })

const spokenResponses = (shape: Shape, ending = responses.closing(shape.tokens)): Step[] => [
  headers,
  write(responses.opening),
  ...paced(shape, spoken(responses.text)),
  write(ending),
  end,
]

const spokenMessages = (shape: Shape): Step[] => [
  headers,
  write(anthropic.opening),
  ...paced(shape, spoken(anthropic.text)),
  write(anthropic.closing(shape.tokens)),
  end,
]

const spokenOllama = (shape: Shape): Step[] => [
  lines,
  ...paced(shape, spoken(ollama.text)),
  write(ollama.closing(shape.tokens)),
  end,
]

const openAi: Record<string, Behaviour> = {
  responses: {
    says: 'Responses API: events by name, the whole text again at the end',
    endpoint: 'responses',
    steps: (shape) => spokenResponses(shape),
  },
  'responses-reasoning': {
    says: 'Responses API: first half is reasoning',
    endpoint: 'responses',
    steps: (shape) => [
      headers,
      write(responses.opening),
      ...paced(shape, turning(shape, responses.reasoning, responses.text)),
      write(responses.closing(shape.tokens)),
      end,
    ],
  },
  'responses-incomplete': {
    says: 'Responses API: ends with `response.incomplete` at its limit',
    endpoint: 'responses',
    steps: (shape) => spokenResponses(shape, responses.incomplete(shape.tokens)),
  },
  'responses-failed': {
    says: 'Responses API: `response.failed` after half of the tokens',
    endpoint: 'responses',
    failure: 'stream_error',
    steps: (shape) => spokenResponses(half(shape), responses.failed),
  },
  'responses-error': {
    says: 'Responses API: an `error` event',
    endpoint: 'responses',
    failure: 'stream_error',
    steps: (shape) => spokenResponses(half(shape), responses.error),
  },
}

const anthropicOnes: Record<string, Behaviour> = {
  messages: {
    says: 'Anthropic: prompt tokens first, output tokens last, pings between',
    endpoint: 'messages',
    steps: spokenMessages,
  },
  'messages-thinking': {
    says: 'Anthropic: thinking, its signature, then text',
    endpoint: 'messages',
    steps: (shape) => [
      headers,
      write(anthropic.opening),
      ...paced(shape, turning(shape, anthropic.thinking, anthropic.text)),
      write(anthropic.signature + anthropic.closing(shape.tokens)),
      end,
    ],
  },
  'messages-split': {
    says: 'Anthropic: every byte in a write of its own',
    endpoint: 'messages',
    steps: (shape) => splitEverywhere(spokenMessages(shape)),
  },
  'messages-overloaded': {
    says: 'Anthropic: an `error` event after half of the tokens',
    endpoint: 'messages',
    failure: 'stream_error',
    steps: (shape) => [
      headers,
      write(anthropic.opening),
      ...paced(half(shape), spoken(anthropic.text)),
      write(anthropic.overloaded),
      end,
    ],
  },
  'messages-truncated': {
    says: 'Anthropic: a clean end without a stop reason',
    endpoint: 'messages',
    failure: 'truncated',
    steps: (shape) => [headers, write(anthropic.opening), ...paced(half(shape), spoken(anthropic.text)), end],
  },
}

const ollamaOnes: Record<string, Behaviour> = {
  'ollama-chat': {
    says: 'Ollama: a line for each token, counts in the last',
    endpoint: 'ollama-chat',
    steps: spokenOllama,
  },
  'ollama-thinking': {
    says: 'Ollama: first half is thinking',
    endpoint: 'ollama-chat',
    steps: (shape) => [
      lines,
      ...paced(shape, turning(shape, ollama.thinking, ollama.text)),
      write(ollama.closing(shape.tokens)),
      end,
    ],
  },
  'ollama-split': {
    says: 'Ollama: every byte in a write of its own',
    endpoint: 'ollama-chat',
    steps: (shape) => splitEverywhere(spokenOllama(shape)),
  },
  'ollama-generate': {
    says: 'Ollama: `/api/generate`',
    endpoint: 'ollama-generate',
    steps: (shape) => [
      lines,
      ...paced(shape, spoken(ollama.response)),
      write(ollama.responseClosing(shape.tokens)),
      end,
    ],
  },
  'ollama-error': {
    says: 'Ollama: an error line after half of the tokens',
    endpoint: 'ollama-chat',
    failure: 'stream_error',
    steps: (shape) => [lines, ...paced(half(shape), spoken(ollama.text)), write(ollama.error), end],
  },
  'ollama-truncated': {
    says: 'Ollama: the connection is cut after half of the tokens',
    endpoint: 'ollama-chat',
    failure: 'truncated',
    steps: (shape) => [lines, ...paced(half(shape), spoken(ollama.text)), cut],
  },
}

export const foreignBehaviours: Record<string, Behaviour> = { ...openAi, ...anthropicOnes, ...ollamaOnes }

/** Not streamed: its only output is its end. */
export const embeddingBehaviour: Behaviour = {
  says: 'embeddings: three vectors in one answer',
  endpoint: 'embeddings',
  steps: ({ firstMs }) => [wait(firstMs), headersOf('application/json'), write(vectors, 1, 0), end],
}
