import { expect, test } from 'vitest'
import { describeEvent, describeExchange, describeRequest, requestsHead } from './ledger-texts.ts'
import { formatMoney } from './format-money.ts'
import { describeStats } from './stats-texts.ts'
import { renderTable } from './table.ts'

const times = (p50: number, p95: number, p99: number) => ({ count: 9, mean: p50, p50, p95, p99 })
const figures = {
  requests: 12_345,
  errors: 3,
  prompt_tokens: 6_300_000,
  completion_tokens: 128,
  cached_tokens: 0,
  cost_usd: 1.524,
  ttft_ms: times(0.5, 12, 900.4),
  latency_ms: times(440, 9300, 61_000),
  queue_ms: null,
}
const nothing = {
  ...figures,
  requests: 0,
  errors: 0,
  prompt_tokens: 0,
  cost_usd: 0,
  ttft_ms: null,
  latency_ms: null,
}
const period = { since: '2027-01-31T11:00:00.000Z', until: '2027-01-31T13:00:00.000Z' }

test('one line each, a total, and the period', () => {
  const groups = [{ name: 'k1', label: 'web\x1b[31m', ...figures }, { name: null, ...nothing }] // prettier-ignore
  const text = describeStats({ ...period, by: 'key', total: figures, groups, groups_omitted: 2 }, renderTable)
  expect(text.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'KEY | REQUESTS | ERRORS | IN | CACHED | OUT | COST | TTFT | LATENCY | QUEUE',
    'k1 web[31m | 12k | 3 (<0.1%) | 6.3M | 0 | 128 | $1.52 | 0.50/12/900 ms | 0.44/9.3/61 s | -',
    '- | 0 | 0 | 0 | 0 | 128 | - | - | - | -',
    'total | 12k | 3 (<0.1%) | 6.3M | 0 | 128 | $1.52 | 0.50/12/900 ms | 0.44/9.3/61 s | -',
    '',
    '2027-01-31 11:00 to 2027-01-31 13:00 UTC; TTFT, latency and queue time: p50/p95/p99',
    '2 more are counted in the total only',
  ])
})

test('hours by their beginning', () => {
  const groups = [{ name: '2027-01-31T11:00:00.000Z', ...figures }]
  const text = describeStats(
    { ...period, by: 'hour', total: figures, groups, groups_omitted: 0 },
    renderTable,
  )
  expect(text).toContain('2027-01-31 11:00  12k')
})

test('money: cents from a dollar on, three digits below', () => {
  expect([0, 1.005, 1234.5, 0.0000123456, 0.5].map(formatMoney)).toEqual([
    '-',
    '$1.00',
    '$1234.50',
    '$0.0000123',
    '$0.5',
  ])
})

const request = {
  id: 'id-1',
  at: '2027-01-31T11:00:00.123Z',
  key: '4f9x2k7qm1ab',
  model: null,
  status: 429,
  error: 'queue_full',
  finish_reason: null,
  prompt_tokens: 10,
  completion_tokens: 0,
  cost_usd: 0,
  queue_ms: null,
  ttft_ms: null,
  total_ms: 1234,
}

test('requests stand under their heads; what comes from outside cannot steer the terminal', () => {
  const line = describeRequest({ ...request, key: 'jwt:\x1b]0;x\x07ann' })
  expect(line).toBe(
    '2027-01-31 11:00:00  429     jwt:]0;xann   -                 10      0       -           -         -         1.2 s     queue_full          id-1',
  )
  for (const [head, text] of [['STATUS', '429'], ['RESULT', 'queue_full'], ['ID', 'id-1']] as const)
    expect(requestsHead.indexOf(` ${head}`)).toBe(line.indexOf(` ${text}`)) // prettier-ignore
})

test('events and single requests as names and values', () => {
  expect(
    describeEvent({ at: request.at, name: 'worker.lost', details: { worker: 'w1', n: 2, why: ['a'] } }),
  ).toBe('2027-01-31 11:00:00  worker.lost           worker=w1  n=2  why=["a"]')
  expect(describeExchange({ id: 'x', model: null, flags: [], cost_usd: 0, request_body: '{"a":1}' })).toBe(
    'id                  x\ncost_usd            0\nrequest_body        {"a":1}',
  )
})
