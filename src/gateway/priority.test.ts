import { expect, test } from 'vitest'
import { createPriorityBook } from '../admission/priority-book.ts'
import { createGate } from './gate.test-kit.ts'
import { openAnswer } from './http-client.test-kit.ts'
import { chatBody, openGateway, post, streamed } from './open-gateway.test-kit.ts'

const path = '/v1/chat/completions'
const ranked = (priority: 'high' | 'normal' | 'low') =>
  createPriorityBook({ default: priority, keys: {}, users: {}, teams: {}, tenants: {} })

test.each([
  ['high', {}, undefined, undefined],
  ['high', { service_tier: 'auto' }, 'priority', 'high'],
  ['high', { service_tier: 'default' }, 'default', 'normal'],
  ['high', { service_tier: 'flex' }, 'flex', 'low'],
  ['normal', { service_tier: 'priority' }, 'default', 'normal'],
  ['low', { service_tier: 'default' }, 'flex', 'low'],
  ['high', { priority: 0 }, undefined, 'normal'],
  ['normal', { priority: -5 }, undefined, 'normal'],
  ['high', { priority: 3, service_tier: 'auto' }, 'flex', 'low'],
] as const)('of class %s, asking for %j', async (own, extra, tier, priority) => {
  const response = await post({ settings: { priorities: ranked(own) } }, chatBody(extra))
  expect([response.json().service_tier, response.headers['x-sluice-priority']]).toEqual([tier, priority])
})

test('the header lowers, the body lowers further, and the answer says what it came to', async () => {
  const settings = { priorities: ranked('high') }
  const header = (value: string) => ({ 'x-sluice-priority': value })
  const plain = await post({ settings }, chatBody(), path, header('normal'))
  expect(plain.headers['x-sluice-priority']).toBe('normal')
  const both = await post({ settings }, chatBody({ service_tier: 'flex' }), path, header('normal'))
  expect(both.headers['x-sluice-priority']).toBe('low')
  const wrong = await post({ settings }, chatBody(), path, header('urgent'))
  expect([wrong.statusCode, wrong.json().error.param]).toEqual([400, 'x-sluice-priority'])
  const unknown = await post({ settings }, chatBody({ service_tier: 'gold' }))
  expect([unknown.statusCode, unknown.json().error.param]).toEqual([400, 'service_tier'])
})

test('who is displaced after comments were sent is told when to come back, in the stream', async () => {
  const gate = createGate()
  const { listen, admission } = openGateway({
    slots: 1,
    queue: 1,
    settings: { keepAliveMs: 5 },
    script: gate,
  })
  const { port } = await listen()
  const { signal } = new AbortController()
  const release = await admission.enter({ units: 1, key: 'first', signal })
  const answer = await openAnswer(port, streamed())
  await expect.poll(answer.text).toContain(': queued 1\n\n')
  const urgent = admission.enter({ units: 1, key: 'urgent', priority: 'high', signal })
  const text = await answer.ended
  expect(text).toMatch(/"retry_after_ms":\d{4,5}[^\n]*"code":"queue_full"/)
  expect(text).not.toContain('[DONE]')
  release()
  ;(await urgent)()
})

test('with a limit for the whole answer nobody waits beyond it', async () => {
  const { app, admission } = openGateway({ slots: 1, settings: { requestTimeoutMs: 20 } })
  const release = await admission.enter({ units: 1, key: 'first', signal: new AbortController().signal })
  const response = await app.inject({ method: 'POST', url: path, payload: chatBody() })
  expect(response.statusCode).toBe(504)
  expect(admission.status().waiting).toBe(0)
  release()
})
