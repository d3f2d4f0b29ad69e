import { expect, test } from 'vitest'
import { chat } from '../endpoints/chat.ts'
import {
  doneEvent,
  event,
  finishEvent,
  goodStream,
  roleEvent,
  textEvent,
  usageEvent,
} from './odd-server.test-kit.ts'
import { createStreamReader } from './stream-reader.ts'
import { createTimeline } from './timeline.ts'

/** Reads pieces at times 1, 2, 3, ... */
const read = (pieces: (string | Uint8Array)[]) => {
  const timeline = createTimeline()
  const live = { contentEvents: 0, firstOutputs: 0, firstOutputMs: 0 }
  const reader = createStreamReader({ endpoint: chat, timeline, live })
  for (const [index, piece] of pieces.entries()) {
    reader.read(typeof piece === 'string' ? Buffer.from(piece) : piece, index + 1)
  }
  const gaps: number[] = []
  timeline.forEachGap((gap) => gaps.push(gap))
  return { failure: reader.end(), reply: reader.reply, timeline, gaps, live, complete: reader.complete() }
}

test('the clock starts with the first output, not with the role chunk', () => {
  const { timeline, failure, reply } = read([
    roleEvent,
    ': ping\n\n',
    textEvent('a'),
    finishEvent(),
    doneEvent,
  ])
  expect(timeline.first).toBe(3)
  expect(timeline.last).toBe(3)
  expect(failure).toBeUndefined()
  expect(reply).toMatchObject({ contentEvents: 1, finishReason: 'stop', usage: undefined })
})

test('events that share a read are counted one by one and timed once', () => {
  const { reply, timeline, gaps, live } = read([
    textEvent('a').repeat(3),
    textEvent('b').repeat(2),
    finishEvent(),
  ])
  expect(reply.contentEvents).toBe(5)
  expect(live.contentEvents).toBe(5)
  expect(timeline.reads).toBe(2)
  expect(gaps).toEqual([1])
})

test('several tokens in one event are told apart by the usage alone', () => {
  const { reply } = read([
    textEvent('four tokens in one'),
    textEvent('and four more'),
    finishEvent(),
    usageEvent(7, 8, 3),
  ])
  expect(reply.contentEvents).toBe(2)
  expect(reply.usage).toEqual({ promptTokens: 7, outputTokens: 8, cachedTokens: 3 })
})

test.each([
  ['reasoning_content', { reasoning_content: 'hm' }],
  ['reasoning', { reasoning: 'hm' }],
  ['a refusal', { refusal: 'no' }],
  ['arguments of a tool call', { tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }],
])('%s is output', (_, delta) => {
  expect(read([event({ choices: [{ delta }] }), finishEvent()])).toMatchObject({
    failure: undefined,
    timeline: { first: 1 },
  })
})

test('a good answer reads the same wherever its bytes are cut', () => {
  const all = Buffer.from(
    roleEvent + textEvent('zażółć 🦊') + textEvent('b') + finishEvent() + usageEvent(1, 2) + doneEvent,
  )
  for (let cut = 1; cut < all.length; cut += 1) {
    const { failure, reply } = read([all.subarray(0, cut), all.subarray(cut)])
    expect(failure, `cut at byte ${cut}`).toBeUndefined()
    expect(reply).toMatchObject({
      contentEvents: 2,
      finishReason: 'stop',
      usage: { promptTokens: 1, outputTokens: 2 },
    })
  }
})

test.each([
  [
    'an error object',
    event({ error: { message: 'out of memory', code: 500 } }),
    'stream_error',
    'out of memory',
  ],
  ['an error that is text', event({ error: 'out of memory' }), 'stream_error', 'out of memory'],
  [
    'an event named error',
    'event: error\ndata: {"error":{"message":"out of memory"}}\n\n',
    'stream_error',
    'out of memory',
  ],
  [
    'an event named error without JSON',
    'event: error\ndata: out of memory\n\n',
    'stream_error',
    'out of memory',
  ],
  ['an event that is not JSON', event('{"choices":'), 'invalid_response', 'not JSON'],
  ['an event that is no object', event('7'), 'invalid_response', 'not JSON'],
])('%s inside the stream fails it, even when [DONE] follows', (_, piece, kind, message) => {
  const { failure, complete } = read([textEvent('a'), piece, finishEvent(), doneEvent])
  expect(failure).toMatchObject({ kind, message: expect.stringContaining(message) })
  expect(complete).toBe(false)
})

test.each([
  ['nothing at all', [], 'truncated'],
  ['output and then nothing', [roleEvent, textEvent('a')], 'truncated'],
  ['an end without output and without usage', [roleEvent, finishEvent(), doneEvent], 'empty'],
  ['an end without output and without a finish_reason', [roleEvent, usageEvent(9, 1), doneEvent], 'empty'],
  ['tokens without output', [roleEvent, finishEvent(), usageEvent(9, 2), doneEvent], 'empty'],
])('%s is a failure', (_, pieces, kind) => {
  expect(read(pieces).failure?.kind).toBe(kind)
})

test.each([
  ['a finish_reason without [DONE]', [textEvent('a'), finishEvent('length')]],
  ['[DONE] without a finish_reason', [textEvent('a'), doneEvent]],
  ['the end of text as the first token', [roleEvent, finishEvent(), usageEvent(9, 1), doneEvent]],
  [
    'the end of text as the first token, not counted',
    [roleEvent, finishEvent(), usageEvent(9, 0), doneEvent],
  ],
  ['error: null in every chunk', [event({ error: null, choices: [{ delta: { content: 'a' } }] }), doneEvent]],
])('%s is a success', (_, pieces) => {
  expect(read(pieces)).toMatchObject({ failure: undefined, complete: true })
})

test.each([null, 'x', 5, [null], [5], [{ delta: 'x', text: 4 }], [{ delta: { tool_calls: [null] } }]])(
  'choices of the wrong shape (%j) are no output and no crash',
  (choices) => {
    expect(read([event({ choices }), textEvent('a'), doneEvent])).toMatchObject({
      failure: undefined,
      timeline: { first: 2 },
    })
  },
)

test('usage in every chunk counts once, with its last value', () => {
  const chunk = (tokens: number) =>
    event({ choices: [{ delta: { content: 'a' } }], usage: { prompt_tokens: 4, completion_tokens: tokens } })
  expect(read([chunk(1), chunk(2), chunk(3), finishEvent(), doneEvent]).reply.usage?.outputTokens).toBe(3)
})

test('takes the timings of llama.cpp and our own', () => {
  const timed = event({
    choices: [],
    timings: { queue_ms: 1.5, prompt_ms: 20, predicted_ms: 300, prompt_n: 5 },
  })
  expect(read([goodStream(2), timed]).reply.timings).toEqual({ queue: 1.5, prefill: 20, decode: 300 })
})
