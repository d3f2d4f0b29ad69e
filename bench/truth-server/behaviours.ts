import type { Behaviour } from './behaviour.ts'
import * as events from './events.ts'
import { embeddingBehaviour, foreignBehaviours } from './foreign-behaviours.ts'
import { splitEverywhere, splitInTwo } from './splits.ts'
import { cut, end, headers, wait, write, type Step } from './step.ts'
import {
  closing,
  comments,
  interleaved,
  paced,
  plain,
  withCarriageReturns,
  word,
  type Shape,
} from './streams.ts'

/** Long beside the pace of tokens, so that a tool that counts it shows. */
const lateMs = ({ gapMs }: Shape): number => gapMs * 15

const good: Record<string, Behaviour> = {
  plain: { says: 'one event per token, usage at the end', steps: plain },
  'role-first': {
    says: 'role chunk with empty content at once, first token later',
    steps: (shape) => [headers, write(events.role('')), ...paced(shape, word), ...closing(shape)],
  },
  'role-null': {
    says: 'role chunk with `content: null` at once',
    steps: (shape) => [headers, write(events.role(null)), ...paced(shape, word), ...closing(shape)],
  },
  'reasoning-content': {
    says: 'first half is `reasoning_content`',
    steps: (shape) => [headers, ...paced(shape, thinking(shape, 'reasoning_content')), ...closing(shape)],
  },
  reasoning: {
    says: 'first half is `reasoning`',
    steps: (shape) => [headers, ...paced(shape, thinking(shape, 'reasoning')), ...closing(shape)],
  },
  'tool-call': {
    says: 'the output is the arguments of a tool call',
    steps: (shape) => [headers, ...paced(shape, () => events.toolArguments('{"a"')), ...closing(shape)],
  },
  'multi-token': {
    says: 'four tokens in each event',
    noItl: true,
    steps: (shape) => [headers, ...paced(shape, word, { perEvent: 4 }), ...closing(shape)],
  },
  coalesced: {
    says: 'four events in each write',
    noItl: true,
    steps: (shape) => [headers, ...paced(shape, word, { perWrite: 4 }), ...closing(shape)],
  },
  'split-every-byte': {
    says: 'every byte in a write of its own',
    steps: (shape) => splitEverywhere(plain(shape)),
  },
  'split-in-two': {
    says: 'each event cut in two, at every byte in turn',
    steps: (shape, serial) => splitInTwo(plain(shape), serial, events.wordKinds),
  },
  crlf: { says: 'lines end in CR LF', steps: (shape) => withCarriageReturns(plain(shape)) },
  comments: {
    says: '`: ping` comments before, between and after',
    steps: (shape) => interleaved(plain(shape), comments),
  },
  'empty-deltas': {
    says: 'chunks without content between the tokens',
    steps: (shape) => interleaved(plain(shape), events.emptyDelta),
  },
  stamped: {
    says: 'each event says when it was sent (`sent_ms`)',
    steps: (shape) => plain(shape).map(stamped),
  },
  'late-headers': {
    says: 'status line and headers only with the first token',
    steps: (shape) => [wait(lateMs(shape)), headers, ...paced(shape, word), ...closing(shape)],
  },
  'slow-first': {
    says: 'headers at once, a long prefill, then tokens',
    steps: (shape) => plain({ ...shape, firstMs: shape.firstMs + lateMs(shape) }),
  },
  'late-usage': {
    says: 'the usage chunk comes long after the last token',
    steps: (shape) => [headers, ...paced(shape, word), wait(lateMs(shape)), ...closing(shape)],
  },
  'counted-chunks': {
    says: 'each chunk carries a running usage',
    steps: (shape) => [
      headers,
      ...paced(shape, (index) => events.countedText(events.word(index), index + 1)),
      ...closing(shape),
    ],
  },
  'no-usage': {
    says: 'no usage at all',
    uncounted: true,
    noItl: true,
    steps: (shape) => [headers, ...paced(shape, word), write(events.finish + events.done), end],
  },
  'tokenize-endpoint': {
    says: 'no usage, four tokens in each event, and `/tokenize` counts',
    tokenizer: true,
    noItl: true,
    steps: (shape) => [
      headers,
      ...paced(shape, (index) => events.text(events.words(index, Math.min(index + 4, shape.tokens))), {
        perEvent: 4,
      }),
      write(events.finish + events.done),
      end,
    ],
  },
  'no-done': {
    says: 'finish reason, but no `[DONE]`',
    steps: (shape) => [
      headers,
      ...paced(shape, word),
      write(events.usage(shape.tokens) + events.finish),
      end,
    ],
  },
}

const bad: Record<string, Behaviour> = {
  'error-in-200': {
    says: 'status 200, then an error event',
    failure: 'stream_error',
    steps: (shape) => [headers, wait(shape.firstMs), write(events.failure('out of memory')), end],
  },
  'error-midway': {
    says: 'an error event after half of the tokens, then `[DONE]`',
    failure: 'stream_error',
    steps: (shape) => [
      headers,
      ...paced(half(shape), word),
      write(events.failure('the engine stopped') + events.done),
      end,
    ],
  },
  truncated: {
    says: 'the connection is cut after half of the tokens',
    failure: 'truncated',
    steps: (shape) => [headers, ...paced(half(shape), word), cut],
  },
  unfinished: {
    says: 'a clean end without finish reason and `[DONE]`',
    failure: 'truncated',
    steps: (shape) => [headers, ...paced(half(shape), word), end],
  },
  empty: {
    says: 'a complete stream without any output and without a count of tokens',
    failure: 'empty',
    steps: (shape) => [
      headers,
      write(events.role('')),
      wait(shape.firstMs),
      write(events.finish + events.done),
      end,
    ],
  },
  'lost-output': {
    says: 'a complete stream without any output, though tokens are counted',
    failure: 'empty',
    steps: (shape) => [headers, write(events.role('')), wait(shape.firstMs), ...closing(shape)],
  },
  garbage: {
    says: 'an event that is not JSON',
    failure: 'invalid_response',
    steps: (shape) => [headers, ...paced(half(shape), word), write('data: {"choices": [\n\n'), end],
  },
  refused: {
    says: 'HTTP 429',
    failure: 'http_429',
    steps: () => [{ act: 'refuse', status: 429, message: 'too many requests' }],
  },
  reset: { says: 'the connection is cut before any answer', failure: 'reset', steps: () => [cut] },
}

export const behaviours: Record<string, Behaviour> = {
  ...good,
  ...bad,
  ...foreignBehaviours,
  embeddings: embeddingBehaviour,
}

const half = (shape: Shape): Shape => ({ ...shape, tokens: Math.ceil(shape.tokens / 2) })

const stamped = (step: Step): Step =>
  step.act === 'write' && step.outputs > 0
    ? { ...step, stamp: (sentAt) => events.stampedText('word ', sentAt) }
    : step

const thinking =
  (shape: Shape, field: 'reasoning' | 'reasoning_content') =>
  (index: number): string =>
    index < shape.tokens / 2 ? events.reasoning(field, events.word(index)) : word(index)
