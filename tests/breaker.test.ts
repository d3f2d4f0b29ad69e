import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ListedWorker, RunningEngine } from '../src/protocols/control/types.ts'
import { serveWith } from './open-sandbox.ts'
import { until, type Sandbox } from './sandbox.ts'

async function workers({ daemonFile }: Sandbox): Promise<ListedWorker[]> {
  const response = await fetch(`${daemonFile().base_url}/api/workers`)
  return ((await response.json()) as { workers: ListedWorker[] }).workers
}
const breakersOf = async (sandbox: Sandbox, model: string) =>
  (await workers(sandbox)).map(({ breakers }) => breakers[model]!.state)

const ask = (base: string, model: string, extra: object = {}, headers: Record<string, string> = {}) =>
  fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello there.' }], ...extra }),
  })
type Failure = { error: { code: string; message: string; timeout?: string } }
const errorOf = async (response: Response) => ((await response.json()) as Failure).error
type LogLine = { event?: string; open_ms?: number }
const eventsOf = ({ home }: Sandbox): LogLine[] =>
  readFileSync(join(home, 'logs', 'daemon.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ event }) => event?.startsWith('breaker.'))
const namesOf = (sandbox: Sandbox) => eventsOf(sandbox).map(({ event }) => event)

test('a worker that keeps failing: one probe decides whether it is left alone for longer or well again', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'ill', engine: 'fake', source: 'fake:?fail_after=0&faults=3' }],
    breaker: { failures: 2, open_time: '2s' },
  })
  const { base } = sandbox
  for (let turn = 0; turn < 2; turn += 1) expect((await ask(base, 'ill')).status).toBe(502)
  const isHalfOpen = async () => (await breakersOf(sandbox, 'ill'))[0] === 'half-open'
  await until('a probe is allowed', isHalfOpen)
  expect((await ask(base, 'ill')).status, 'the probe fails').toBe(502)
  await until('a probe is allowed', isHalfOpen)
  expect((await ask(base, 'ill')).status).toBe(200)
  expect(await breakersOf(sandbox, 'ill')).toEqual(['closed'])
  expect(namesOf(sandbox)).toEqual([
    'breaker.open',
    'breaker.half_open',
    'breaker.open',
    'breaker.half_open',
    'breaker.closed',
  ])
  const [first, second] = eventsOf(sandbox).flatMap(({ open_ms }) => open_ms ?? [])
  expect(first! / 2000, 'a fifth more or less').toBeCloseTo(1, 0)
  expect(second! / 4000, 'twice as long').toBeCloseTo(1, 0)
})

test('while it is open: refused at once with Retry-After, and shown', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'ill', engine: 'fake', source: 'fake:?fail_after=0' }],
    breaker: { failures: 2, open_time: '4m' },
  })
  const { base } = sandbox
  for (let turn = 0; turn < 2; turn += 1) expect((await ask(base, 'ill')).status).toBe(502)
  for (const stream of [true, false]) {
    const refused = await ask(base, 'ill', { stream })
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60)
    expect(Number(refused.headers.get('retry-after-ms'))).toBeLessThanOrEqual(288_000)
    expect(await errorOf(refused)).toMatchObject({
      code: 'circuit_open',
      message: expect.stringMatching(/ill takes no requests.*ill-1 has failed repeatedly \(.*as asked/),
    })
  }
  const { engines } = await sandbox.json<{ engines: RunningEngine[] }>('ps')
  expect(engines[0]!.replicas[0]!.breaker).toMatchObject({ state: 'open', error: { code: 'engine_failed' } })
  expect((await sandbox.sluice('ps')).stdout).toMatch(/serving, breaker open \d/)
  expect((await sandbox.sluice('worker', 'list')).stdout).toMatch(/serving, breaker open \d/)
  const left = /1 of 1 workers left alone after failures, tried again within \d+ s; its requests are refused/
  const ready = await fetch(`${base}/ready`)
  expect([ready.status, await ready.json()], 'nothing else is loaded').toEqual([
    503,
    {
      status: 'unavailable',
      models_loaded: ['ill'],
      degraded: [
        { name: 'model ill', degraded: expect.stringMatching(left) },
        { name: 'models', degraded: 'no loaded model takes requests' },
      ],
    },
  ])
  expect((await fetch(`${base}/health`)).status).toBe(200)
  expect((await sandbox.sluice('status')).stdout).toMatch(/degraded {2}model ill: 1 of 1 workers left alone/)
  expect((await sandbox.sluice('load', 'pocket')).code).toBe(0)
  expect((await fetch(`${base}/ready`)).status, 'pocket answers').toBe(200)
})

test('a worker that hangs: requests go elsewhere in time, then not there at all, until it goes on', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'twins', engine: 'fake', source: 'fake:?tokens=4', replicas: 2 }],
    balance: 'round-robin',
    // What a healthy worker on a busy machine never takes.
    first_token_timeout: '2s',
    breaker: { failures: 2, open_time: '1s' },
    // It hangs without being lost.
    worker_timeout: '60s',
  })
  const { base } = sandbox
  const [stopped] = await workers(sandbox)
  process.kill(stopped!.pid!, 'SIGSTOP')
  try {
    await until('its breaker opens', async () => {
      expect((await ask(base, 'twins')).status).toBe(200)
      const { engines } = (await (await fetch(`${base}/api/engines`)).json()) as { engines: RunningEngine[] }
      const replica = engines[0]!.replicas.find(({ worker }) => worker === stopped!.id)!
      return replica.breaker.state === 'open'
    })
    expect((await ask(base, 'twins')).status).toBe(200)
  } finally {
    process.kill(stopped!.pid!, 'SIGCONT')
  }
  await until('it is trusted again', async () => {
    expect((await ask(base, 'twins')).status).toBe(200)
    return (await breakersOf(sandbox, 'twins')).every((state) => state === 'closed')
  })
})

test('a worker that is killed again and again: each new process is tried with one request', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'slow', engine: 'fake', source: 'fake:?tokens_per_second=20', parallel: 4 }],
    breaker: { failures: 2, open_time: '60s' },
  })
  const { base } = sandbox
  for (let turn = 0; turn < 2; turn += 1) {
    await until('it serves', async () => (await workers(sandbox))[0]!.state === 'serving')
    const { pid } = (await workers(sandbox))[0]!
    const streams = await Promise.all(
      Array.from({ length: 4 }, () => ask(base, 'slow', { stream: true, ignore_eos: true, max_tokens: 900 })),
    )
    process.kill(pid!, 'SIGKILL')
    for (const stream of streams) expect(await stream.text()).not.toContain('[DONE]')
  }
  const statuses: number[] = []
  await until('it is well again', async () => {
    statuses.push((await ask(base, 'slow', { max_tokens: 2 })).status)
    return statuses.at(-1) === 200
  })
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true)
  expect(await breakersOf(sandbox, 'slow'), 'long before its open time is over').toEqual(['closed'])
  expect(namesOf(sandbox)).toEqual(['breaker.open', 'breaker.half_open', 'breaker.closed'])
})

test('one deadline over load, queue and generation; each says what it was', async () => {
  const fake = (name: string, query: string) => ({
    name,
    engine: 'fake',
    source: `fake:?${query}`,
    parallel: 1,
  })
  const sandbox = await serveWith({ models: [fake('stuck', 'stall_after=0')], request_timeout: '4s' })
  const { base } = sandbox
  const first = ask(base, 'stuck')
  await until('it runs', async () => (await workers(sandbox))[0]!.busy_slots === 1)
  const queued = await ask(base, 'stuck', {}, { 'x-request-timeout-ms': '800' })
  expect(queued.status).toBe(504)
  expect(queued.headers.get('x-should-retry')).toBe('false')
  expect(await errorOf(queued)).toMatchObject({
    code: 'timeout',
    timeout: 'x-request-timeout-ms',
    message: expect.stringContaining('waiting in the queue, at place 1'),
  })
  const generated = await first
  expect(generated.status).toBe(504)
  expect(await errorOf(generated)).toMatchObject({
    timeout: 'request_timeout',
    message: expect.stringMatching(/took longer than 4 s, which is request_timeout; no text had come yet/),
  })
  await until('its slot is free', async () => (await workers(sandbox))[0]!.busy_slots === 0)
})

test('load_timeout: the caller is told, and the load goes on', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'slow', engine: 'fake', source: 'fake:?load_ms=1500' }],
    load_timeout: '100ms',
  })
  const { base } = sandbox
  expect((await sandbox.sluice('unload', 'slow')).code).toBe(0)
  const late = await ask(base, 'slow')
  expect([late.status, late.headers.get('retry-after')]).toEqual([504, '10'])
  expect(await errorOf(late)).toMatchObject({ code: 'timeout', timeout: 'load_timeout' })
  await until('it is loaded', async () => (await ask(base, 'slow')).status === 200)
})

test('a stream that stalls ends with an error event, and its slot is free', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'stalls', engine: 'fake', source: 'fake:?stall_after=3&faults=1' }],
    idle_timeout: '1s',
  })
  const { base } = sandbox
  const body = await (await ask(base, 'stalls', { stream: true })).text()
  expect(body).toContain('"content":"')
  expect(body).toContain('idle_timeout')
  expect(body).not.toContain('[DONE]')
  await until('its slot is free', async () => (await workers(sandbox))[0]!.busy_slots === 0)
  expect(await (await ask(base, 'stalls', { stream: true })).text()).toContain('[DONE]')
})
