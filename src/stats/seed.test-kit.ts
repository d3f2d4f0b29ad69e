import type { EventTable, RequestTable, UsageTable } from '../store/tables.ts'
import { createHistogram } from './hdr-histogram.ts'

/** A round hour. */
export const noon = Date.UTC(2027, 0, 31, 12)
export const hour = 3_600_000

/** Milliseconds as the totals hold them. */
export function histogramOf(...milliseconds: number[]): string {
  const histogram = createHistogram()
  for (const each of milliseconds) histogram.record(each * 1000)
  return histogram.encode()
}

export const usageRow = (row: Partial<UsageTable> = {}): UsageTable => ({
  hour: noon,
  key_id: 'k1',
  owner_user: '',
  owner_team: '',
  owner_tenant: '',
  model: 'pocket',
  endpoint: '/v1/chat/completions',
  requests: 1,
  errors: 0,
  prompt_tokens: 10,
  completion_tokens: 5,
  cached_tokens: 2,
  cost_nano: 0,
  total_histogram: '',
  ttft_histogram: '',
  queue_histogram: '',
  ...row,
})

let requests = 0
export const requestRow = (row: Partial<RequestTable> = {}): RequestTable => ({
  id: `r${String((requests += 1)).padStart(6, '0')}`,
  request_id: 'x',
  at: noon,
  endpoint: '/v1/chat/completions',
  model: 'pocket',
  worker: 'w1',
  key_id: 'k1',
  owner_user: null,
  owner_team: null,
  owner_tenant: null,
  status: 200,
  error: null,
  finish: 'stop',
  streamed: 1,
  prompt_tokens: 10,
  completion_tokens: 5,
  cached_tokens: 2,
  token_source: 'engine',
  cost_nano: 0,
  queue_ms: 0.5,
  ttft_ms: 12.5,
  total_ms: 1000,
  flags: null,
  request_body: null,
  response_body: null,
  ...row,
})

let events = 0
export const eventRow = (row: Partial<EventTable> = {}): EventTable => ({
  id: `e${String((events += 1)).padStart(6, '0')}`,
  at: noon,
  name: 'server.ready',
  details: '{}',
  ...row,
})
