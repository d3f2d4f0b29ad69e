import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { createSseParser, encodeSse, encodeSseComment, type SseEvent } from './sse.ts'

type Seen = { events: SseEvent[]; comments: string[] }

const parse = (chunks: Uint8Array[], maxBytes?: number): Seen => {
  const seen: Seen = { events: [], comments: [] }
  const parser = createSseParser((event) => seen.events.push(event), {
    onComment: (text) => seen.comments.push(text),
    ...(maxBytes !== undefined && { maxBytes }),
  })
  for (const chunk of chunks) parser.push(chunk)
  parser.end()
  return seen
}
const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')
const parseText = (text: string): SseEvent[] => parse([bytes(text)]).events

const stream =
  '\uFEFF: hello\r\n\r\ndata: {"text":"zażółć 🦊 gęślą"}\r\n\r\n' +
  'event: note\ndata: first\ndata:second\n\nid: 7\nretry: 10\ndata: after a carriage return\r\r' +
  'data\n\nevent: only a name\n\n: ping\ndata:  two spaces\r\n\ndata: [DONE]\n\ndata: never closed\n'
const expected: Seen = {
  events: [
    { data: '{"text":"zażółć 🦊 gęślą"}' },
    { event: 'note', data: 'first\nsecond' },
    { data: 'after a carriage return' },
    { data: '' },
    { data: ' two spaces' },
    { data: '[DONE]' },
  ],
  comments: ['hello', 'ping'],
}

test('reads every kind of line', () => {
  expect(parse([bytes(stream)])).toEqual(expected)
})

test('gives the same events wherever the stream is cut in two', () => {
  const all = bytes(stream)
  for (let cut = 0; cut <= all.length; cut += 1) {
    expect(parse([all.subarray(0, cut), all.subarray(cut)]), `cut at byte ${cut}`).toEqual(expected)
  }
})

test.each([1, 2, 3, 5, 7, 64])('gives the same events in pieces of %i bytes', (size) => {
  const all = bytes(stream)
  const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.subarray(index * size, (index + 1) * size),
  )
  expect(parse(pieces)).toEqual(expected)
})

test('copies what it keeps, so a caller may use its buffer again', () => {
  const buffer = Buffer.alloc(6)
  const events: SseEvent[] = []
  const parser = createSseParser((event) => events.push(event))
  for (const part of ['data: ', 'kept!\n', '\n     ']) {
    buffer.write(part)
    parser.push(buffer)
    buffer.fill(0x78)
  }
  expect(events).toEqual([{ data: 'kept!' }])
})

test('reports an event as soon as its blank line is there, a lone carriage return included', () => {
  const events: SseEvent[] = []
  const parser = createSseParser((event) => events.push(event))
  parser.push(bytes('data: a\r\n\r'))
  expect(events).toEqual([{ data: 'a' }])
  parser.push(bytes('\ndata: b\n\n'))
  expect(events).toEqual([{ data: 'a' }, { data: 'b' }])
})

test('reads what the encoders write', () => {
  expect(
    parseText(encodeSseComment('wait') + encodeSse({ data: 'x' }) + encodeSse({ event: 'e', data: 'y' })),
  ).toEqual([{ data: 'x' }, { event: 'e', data: 'y' }])
})

test('drops only the first byte order mark', () => {
  expect(parseText('\uFEFFdata: a\n\n\uFEFFdata: b\n\n')).toEqual([{ data: 'a' }])
})

test('replaces bytes that are not UTF-8 and goes on', () => {
  const broken = Buffer.concat([bytes('data: a'), Buffer.from([0xff]), bytes('b\n\ndata: c\n\n')])
  expect(parse([broken]).events).toEqual([{ data: 'a\uFFFDb' }, { data: 'c' }])
})

test('is as new after end', () => {
  const events: SseEvent[] = []
  const parser = createSseParser((event) => events.push(event))
  parser.push(bytes('event: lost\ndata: lost\npartial'))
  parser.end()
  parser.push(bytes('\uFEFFdata: fresh\n\n'))
  expect(events).toEqual([{ data: 'fresh' }])
})

test.each([
  ['one line in one chunk', [`data: ${'x'.repeat(100)}\n\n`]],
  ['a line that never ends', ['data: ', 'x'.repeat(60), 'x'.repeat(60)]],
  ['many data lines in one event', Array.from({ length: 20 }, () => 'data: xxxx\n')],
])('refuses %s beyond the limit', (_, chunks) => {
  const push = (): Seen => parse(chunks.map(bytes), 100)
  expect(push).toThrow(AppError)
  expect(push).toThrow('more than 100 bytes')
})

test('takes any number of events below the limit', () => {
  expect(parse([bytes(`data: ${'x'.repeat(94)}\n\n`.repeat(50))], 100).events).toHaveLength(50)
})
