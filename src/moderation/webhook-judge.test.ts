import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { createLog } from '../log.ts'
import { guardJudge, type GuardOptions } from './guard-judge.ts'
import type { Question } from './judge.ts'
import { createWebhookJudge, type WebhookOptions } from './webhook-judge.ts'

type Seen = { headers: IncomingMessage['headers']; body: string }

/** A real server that answers as the test says. */
async function openWebhook(
  answer: (response: ServerResponse, seen: Seen) => void,
  options: Partial<WebhookOptions & GuardOptions> = {},
) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void readText(request).then((body) => {
      seen.push({ headers: request.headers, body })
      answer(response, seen.at(-1)!)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const { judge, close } = createWebhookJudge({
    url: `http://127.0.0.1:${port}/check`,
    secret: undefined,
    action: undefined,
    timeoutMs: 60_000,
    ...options,
  })
  const stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  onTestFinished(async () => {
    await close()
    if (server.listening) await stop()
  })
  const events: unknown[] = []
  const guarded = guardJudge(judge, {
    name: 'hook',
    timeoutMs: 60_000,
    onFailure: 'block',
    log: createLog('silent'),
    events: { record: (name, details) => void events.push({ name, ...details }) },
    ...options,
  })
  return { ...guarded, seen, events, stop }
}

const json = (body: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(body))
const question = (extra: Partial<Question> = {}): Question => ({
  model: 'tiny',
  key: 'abc',
  team: null,
  direction: 'input',
  pieces: [{ role: 'user', text: 'hello' }],
  context: '',
  final: true,
  ...extra,
})
const { signal } = new AbortController()

test('it is sent what is to be judged, signed', async () => {
  const secret = 'shared'
  const hook = await openWebhook(json({}), { secret })
  await hook.judge(question(), signal)
  const part = [{ role: 'assistant', text: 'part' }]
  await hook.judge(question({ direction: 'output', pieces: part, context: 'before', final: false }), signal)
  expect(hook.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { direction: 'input', model: 'tiny', key: 'abc', messages: [{ role: 'user', text: 'hello' }] },
    { direction: 'output', model: 'tiny', key: 'abc', text: 'part', context: 'before', final: false },
  ])
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
    hook.seen[0]!.headers['x-sluice-signature'] as string,
  )!
  const expected = createHmac('sha256', secret).update(`${time}.${hook.seen[0]!.body}`).digest('hex')
  expect(signature).toBe(expected)
})

test.each([
  [{}, { action: 'allow' }],
  [{ action: 'allow', text: 'x' }, { action: 'allow' }],
  [
    { action: 'block', reason: 'no\nway' },
    { action: 'block', reason: 'no way' },
  ],
  [{ text: 'h***o' }, { action: 'redact', texts: ['h***o'] }],
  [
    { action: 'redact', messages: [{ text: 'h***o' }] },
    { action: 'redact', texts: ['h***o'] },
  ],
  [
    { action: 'flag', categories: ['self harm', 'x'] },
    { action: 'flag', categories: ['self_harm', 'x'] },
  ],
])('it answers %j', async (answer, verdict) => {
  const hook = await openWebhook(json(answer))
  expect(await hook.judge(question(), signal)).toMatchObject(verdict)
})

test('the config’s action goes before the answer’s', async () => {
  const hook = await openWebhook(json({ action: 'block' }), { action: 'flag' })
  expect(await hook.judge(question(), signal)).toMatchObject({ action: 'flag' })
})

const failures: [string, (response: ServerResponse) => void, RegExp][] = [
  ['garbage', (response) => void response.end('<html>'), /no JSON/],
  ['a wrong shape', json({ action: 'explode' }), /wrong shape: action/],
  ['too few texts', json({ action: 'redact', messages: [] }), /0 texts for 1/],
  ['an error', (response) => void response.writeHead(500).end('{}'), /status 500/],
  ['a redirect', (response) => void response.writeHead(302, { location: '/x' }).end(), /status 302/],
  ['nothing', (response) => void response.destroy(), /UND_ERR_SOCKET/],
  [
    'half an answer',
    (response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{')
      setImmediate(() => response.destroy())
    },
    /UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH/,
  ],
]
test.each(failures)(
  '%s is a failure: blocked with 503, or let through with a mark',
  async (_, answer, reason) => {
    const strict = await openWebhook(answer)
    await expect(strict.judge(question(), signal)).rejects.toMatchObject({
      code: 'moderation_unavailable',
      status: 503,
      details: { filter: 'hook' },
    })
    expect(strict.degraded()).toMatch(reason)
    const open = await openWebhook(answer, { onFailure: 'allow' })
    expect(await open.judge(question(), signal)).toEqual({ action: 'allow', unchecked: true })
  },
)

test('an endless answer is cut off', async () => {
  let sent = 0
  const hook = await openWebhook((response) => {
    const more = () => {
      sent += 1
      if (!response.destroyed) response.write('x'.repeat(16_384), () => setImmediate(more))
    }
    more()
  })
  await expect(hook.judge(question(), signal)).rejects.toMatchObject({ code: 'moderation_unavailable' })
  expect(hook.degraded()).toMatch(/more than 65566 bytes/)
  expect(sent).toBeLessThan(1000)
})

test('a slow one is waited for only so long, and after three times not at all', async () => {
  const hook = await openWebhook(() => undefined, { timeoutMs: 400, onFailure: 'allow' })
  for (let call = 0; call < 3; call += 1) await hook.judge(question(), signal)
  expect(hook.seen).toHaveLength(3)
  expect(await hook.judge(question(), signal)).toEqual({ action: 'allow', unchecked: true })
  expect(hook.seen).toHaveLength(3)
  expect(hook.degraded()).toBe('hook: no answer within 400 ms; policy: allow')
  expect(hook.events).toEqual([
    { name: 'moderation.failed', filter: 'hook', reason: 'no answer within 400 ms', policy: 'allow' },
  ])
})

test('one that is down', async () => {
  const hook = await openWebhook(json({}))
  await hook.stop()
  await expect(hook.judge(question(), signal)).rejects.toMatchObject({ code: 'moderation_unavailable' })
  expect(hook.degraded()).toMatch(/ECONNREFUSED/)
})

test('a caller who goes away ends the question, and is no failure of the webhook', async () => {
  const caller = new AbortController()
  const reason = new Error('gone')
  const hook = await openWebhook(() => caller.abort(reason))
  await expect(hook.judge(question(), caller.signal)).rejects.toBe(reason)
  expect(hook.degraded()).toBe(null)
})
