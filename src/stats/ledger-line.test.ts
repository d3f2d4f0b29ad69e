import { expect, test } from 'vitest'
import { createRow } from './ledger.test-kit.ts'
import { decodeLine, encodeEventLine, encodeRequestLine } from './ledger-line.ts'

/** Each field with a value that no other has, so that two that change places are seen. */
const row = createRow({
  request_id: 'the request',
  worker: 'the worker',
  owner_user: 'the user',
  owner_tenant: 'the tenant',
  status: 429,
  error: 'queue_full',
  finish: 'length',
  streamed: 1,
  prompt_tokens: 11,
  completion_tokens: 12,
  cached_tokens: 13,
  cost_nano: 14,
  queue_ms: 1.5,
  ttft_ms: 2.5,
  total_ms: 3.5,
  flags: '["a"]',
  request_body: '{"b":"\\n"}',
  response_body: 'ü😀',
})

test('what is written is read back', () => {
  const line = encodeRequestLine('id-1', row)
  expect(line.indexOf('\n')).toBe(line.length - 1)
  expect(decodeLine(line)).toEqual({ kind: 'request', row: { id: 'id-1', ...row } })
  const event = { id: 'e', at: 5, name: 'server.ready', details: '{}' }
  expect(decodeLine(encodeEventLine(event))).toEqual({ kind: 'event', event })
})

test('the journal of an earlier version had objects', () => {
  const line = JSON.stringify({ request: { id: 'id-1', ...row } })
  expect(decodeLine(line)).toEqual({ kind: 'request', row: { id: 'id-1', ...row } })
})

test('what the database would refuse is not in the row', () => {
  const spoiled = createRow({
    model: 'a\0b\ud800c',
    error: 'x'.repeat(2000),
    prompt_tokens: 1.5,
    ttft_ms: -1,
  })
  expect(decodeLine(encodeRequestLine('id', spoiled))).toMatchObject({
    row: { model: 'ab\ufffdc', error: 'x'.repeat(1024), prompt_tokens: 0, ttft_ms: null },
  })
})

test.each([
  ['nothing', ''],
  ['half a line', encodeRequestLine('id', row).slice(0, 50)],
  ['a number', '7'],
  ['null', 'null'],
  ['an empty list', '[]'],
  ['a list of something else', '["trace","id"]'],
  ['a list without a time', '["request","id","r"]'],
  ['an object of something else', '{"trace":{}}'],
  ['a request without an id', JSON.stringify({ request: row })],
])('%s is no entry', (_what, line) => expect(decodeLine(line)).toBeUndefined())
