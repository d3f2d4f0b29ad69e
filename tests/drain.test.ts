import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSandbox, isAlive, until, type Sandbox } from './sandbox.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
  const model = { name: 'slow', engine: 'fake', source: 'fake:?tokens_per_second=20' }
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify({ models: [model] }))
})
afterAll(() => sandbox.remove())

const stream = async (base: string, tokens: number, signal?: AbortSignal) => {
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'slow',
      stream: true,
      ignore_eos: true,
      max_tokens: tokens,
      messages: [{ role: 'user', content: 'hi' }],
    }),
    ...(signal && { signal }),
  })
  return response
}

test('stop refuses new requests while a stream runs, and waits for it', async () => {
  await sandbox.sluice('serve')
  const { base_url, pid } = sandbox.daemonFile()
  const leave = new AbortController()
  await stream(base_url, 900, leave.signal)
  const stopping = sandbox.sluice('stop')
  await until(
    'it drains',
    async () => (await fetch(`${base_url}/ready`).catch(() => undefined))?.status !== 200,
  )
  const refused = await stream(base_url, 1)
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ error: { code: 'draining' } })
  expect(isAlive(pid)).toBe(true)
  leave.abort()
  expect((await stopping).code).toBe(0)
  expect(isAlive(pid)).toBe(false)
})

test('stop lets a running stream finish', async () => {
  await sandbox.sluice('serve')
  const { base_url, pid } = sandbox.daemonFile()
  const running = await stream(base_url, 60)
  const stopped = await sandbox.sluice('stop')
  expect(await running.text()).toMatch(/data: \[DONE\]\n\n$/)
  expect(stopped.code).toBe(0)
  expect(isAlive(pid)).toBe(false)
})

test('after the drain time a stream ends with an error event and no [DONE]', async () => {
  await sandbox.sluice('serve')
  const running = await stream(sandbox.daemonFile().base_url, 4000)
  const stopped = await sandbox.sluice('stop', '--drain', '1')
  expect(stopped.code).toBe(0)
  const text = await running.text()
  expect(text).toContain('"code":"draining"')
  expect(text).not.toContain('[DONE]')
})

test('a connection that has sent nothing does not keep the daemon', async () => {
  await sandbox.sluice('serve')
  const { base_url, pid } = sandbox.daemonFile()
  const silent = connect(Number(new URL(base_url).port), '127.0.0.1')
  await once(silent, 'connect')
  expect((await sandbox.sluice('stop', '--drain', '0')).code).toBe(0)
  expect(isAlive(pid)).toBe(false)
  silent.destroy()
})
