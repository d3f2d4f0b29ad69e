import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BenchResult } from '../bench/result.ts'
import type { ListedWorker, RunningEngine } from '../src/protocols/control/types.ts'
import { serveWith } from './open-sandbox.ts'
import { isAlive, root, until, workerPython, type Sandbox } from './sandbox.ts'

/** As `sluice worker list --json` prints them; asked here, because starting a command takes longer than a test's moment. */
async function workers({ daemonFile }: Sandbox): Promise<ListedWorker[]> {
  const response = await fetch(`${daemonFile().base_url}/api/workers`)
  return ((await response.json()) as { workers: ListedWorker[] }).workers
}
const serving = async (sandbox: Sandbox, count: number) =>
  (await workers(sandbox)).filter(({ state }) => state === 'serving').length === count

const ask = (base: string, model: string, extra: object = {}, signal?: AbortSignal) =>
  fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: 'Tell me a short story about a robot.' }],
      ...extra,
    }),
    ...(signal && { signal }),
  })
const endless = { stream: true, ignore_eos: true, max_tokens: 900 }

/** Reads until the first text; the rest is the test's. */
async function begin(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('"content":"')) text += (await reader.read()).value ?? ''
  return async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return text
      text += value
    }
  }
}

test('kill -9 of an engine host: its streams end with an error event, others go on, the model comes back', async () => {
  const sandbox = await serveWith({
    models: [
      // Slow enough that 900 tokens outlast the kill on every machine.
      { name: 'slow', engine: 'fake', source: 'fake:?tokens_per_second=20', parallel: 4 },
      { name: 'pocket', parallel: 4 },
    ],
  })
  const { base } = sandbox
  const host = (await workers(sandbox)).find(({ models }) => models.includes('slow'))!
  const rest = await begin(await ask(base, 'slow', endless))
  const other = await begin(await ask(base, 'pocket', endless))
  process.kill(host.pid!, 'SIGKILL')
  const broken = await rest()
  expect(broken).not.toContain('[DONE]')
  expect(broken).toContain('worker_lost')
  // Asked while the host is down: it waits for the next one.
  expect((await ask(base, 'slow', { max_tokens: 4 })).status).toBe(200)
  expect(await other()).toContain('[DONE]')
  const after = (await workers(sandbox)).find(({ models }) => models.includes('slow'))!
  expect(after).toMatchObject({ state: 'serving', restarts: 1 })
  expect(after.pid).not.toBe(host.pid)
})

test('kill -9 of the daemon leaves no engine host', async () => {
  const sandbox = await serveWith({ models: ['pocket'] })
  const [host] = await workers(sandbox)
  process.kill(sandbox.daemonFile().pid, 'SIGKILL')
  await until('the host is gone', () => !isAlive(host!.pid!))
})

test('one llama.cpp host and two Python workers under one name: load spreads, and a kill loses nothing unbegun', async () => {
  const python = {
    kind: 'python',
    model: join(root, 'pocket', 'hf'),
    serves: 'pocket',
    python: workerPython,
    count: 2,
    parallel: 4,
  }
  const sandbox = await serveWith({ models: [{ name: 'pocket', parallel: 4 }], workers: [python] })
  const { base } = sandbox
  const listed = (await workers(sandbox)).toSorted((a, b) => a.kind.localeCompare(b.kind))
  expect(listed.map(({ kind, state, models }) => [kind, state, models])).toEqual([
    ['host', 'serving', ['pocket']],
    ['python', 'serving', ['pocket']],
    ['python', 'serving', ['pocket']],
  ])
  const words = `bench --url ${base} --model pocket --concurrency 16 --requests 240 --json -`
  const bench = sandbox.sluice(...words.split(' '))
  const victim = listed[1]!
  await until('all three have work', async () =>
    (await workers(sandbox)).every(({ busy_slots }) => busy_slots > 0),
  )
  process.kill(victim.pid!, 'SIGKILL')
  const ran = await bench
  const result = JSON.parse(ran.stdout) as BenchResult
  const { requests } = result
  expect(requests.succeeded + requests.failed).toBe(240)
  // What had begun on the killed worker, and nothing else, has failed: at most its slots, each with an error event.
  expect(requests.failed).toBeLessThanOrEqual(4)
  expect(result.errors.map(({ kind }) => kind)).toEqual(requests.failed > 0 ? ['stream_error'] : [])
  await until('the killed worker is back', () => serving(sandbox, 3))
}, 180_000)

test('drain: nothing new goes to it, running streams end well, and it stays out; remove ends it', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'quick', engine: 'fake', source: 'fake:?tokens_per_second=20', replicas: 2 }],
  })
  const { base } = sandbox
  const first = await begin(await ask(base, 'quick', { ...endless, max_tokens: 80 }))
  const [busy] = (await workers(sandbox)).filter(({ busy_slots }) => busy_slots > 0)
  const drained = sandbox.sluice('worker', 'drain', busy!.id)
  await until('it drains', async () => (await workers(sandbox)).some(({ state }) => state === 'draining'))
  const second = await begin(await ask(base, 'quick', { ...endless, max_tokens: 5 }))
  const still = (await workers(sandbox)).find(({ id }) => id === busy!.id)!
  expect(still.busy_slots).toBeLessThanOrEqual(1)
  expect(await first()).toContain('[DONE]')
  expect(await second()).toContain('[DONE]')
  expect(await drained).toMatchObject({ code: 0 })
  expect((await sandbox.sluice('worker', 'remove', busy!.id)).code).toBe(0)
  await until('its process is gone', () => !isAlive(busy!.pid!))
  expect((await workers(sandbox)).map(({ id }) => id)).not.toContain(busy!.id)
  expect((await ask(base, 'quick', { max_tokens: 2 })).status).toBe(200)
})

test('a running worker is used by its address, under the name that we give it', async () => {
  const sandbox = await serveWith({ models: [] })
  const address = `unix:${join(sandbox.home, 'own.sock')}`
  const worker = sandbox.start(
    'worker',
    '--engine',
    'fake',
    '--listen',
    address,
    '--model',
    'fake:',
    '--id',
    'theirs',
  )
  try {
    await until(
      'it can be added',
      async () =>
        (await sandbox.sluice('worker', 'add', address, '--name', 'own', '--serves', 'theirs=ours')).code ===
        0,
    )
    const { engines } = await sandbox.json<{ engines: RunningEngine[] }>('ps')
    expect(engines).toMatchObject([{ model: 'ours', replicas: [{ worker: 'own', state: 'serving' }] }])
    expect((await ask(sandbox.base, 'ours', { max_tokens: 3 })).status).toBe(200)
    expect((await ask(sandbox.base, 'theirs', { max_tokens: 3 })).status).toBe(404)
    expect((await sandbox.sluice('worker', 'remove', 'own')).code).toBe(0)
    expect(isAlive(worker.pid!)).toBe(true)
  } finally {
    worker.kill('SIGTERM')
  }
})

test('what is no worker is refused at once, in words', async () => {
  const sandbox = await serveWith({ models: [] })
  const stranger = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
  const { port } = stranger.address() as AddressInfo
  const { code, stderr } = await sandbox.sluice('worker', 'add', `127.0.0.1:${port}`)
  stranger.close()
  expect(code).not.toBe(0)
  expect(stderr).toContain(`127.0.0.1:${port}`)
  expect((await workers(sandbox)).length).toBe(0)
})

test('isolation in-process: no engine host, the same answers', async () => {
  const sandbox = await serveWith({ isolation: 'in-process', models: ['pocket'] })
  expect(await workers(sandbox)).toEqual([])
  const { engines } = await sandbox.json<{ engines: RunningEngine[] }>('ps')
  expect(engines[0]!.replicas).toMatchObject([{ worker: 'daemon', state: 'serving' }])
  expect((await ask(sandbox.base, 'pocket', { max_tokens: 2 })).status).toBe(200)
})

test('a client that leaves frees its slot on the worker', async () => {
  const sandbox = await serveWith({
    models: [{ name: 'slow', engine: 'fake', source: 'fake:?tokens_per_second=20', parallel: 2 }],
  })
  const leave = new AbortController()
  const response = await ask(sandbox.base, 'slow', endless, leave.signal)
  await begin(response)
  expect((await workers(sandbox))[0]!.busy_slots).toBe(1)
  leave.abort()
  await until('its slot is free', async () => (await workers(sandbox))[0]!.busy_slots === 0)
  const { engines } = await sandbox.json<{ engines: RunningEngine[] }>('ps')
  expect(engines[0]!.counters.cancelled).toBe(1)
})
