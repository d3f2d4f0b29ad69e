import { afterEach, expect, test } from 'vitest'
import type { BenchOptions } from '../options.ts'
import { goodStream, startOddServer, startStream, type OddServer } from '../wire/odd-server.test-kit.ts'
import { waitUntilReady } from './wait-until-ready.ts'

let server: OddServer | undefined
afterEach(() => server?.close())

const options = (url: string): Omit<BenchOptions, 'load'> => ({
  url, endpoint: 'chat', stream: true, prompts: { kind: 'built-in' }, sampling: { ignoreEos: false }, timeoutMs: 5000,
  headers: { 'x-tenant': 'blue' },
}) // prettier-ignore
const { signal } = new AbortController()

test('asks again while the server is loading, with one token and the headers of the run', async () => {
  let asked = 0
  server = await startOddServer((response) => {
    asked += 1
    if (asked < 3) response.writeHead(503).end('{"error":{"message":"Loading model"}}')
    else startStream(response).end(goodStream(1))
  })
  await waitUntilReady(options(server.url), { timeoutMs: 10_000, signal, pauseMs: 1 })
  expect(server.requests).toHaveLength(3)
  expect(server.requests[0]).toMatchObject({ body: { max_tokens: 1 }, headers: { 'x-tenant': 'blue' } })
})

test('a request that is refused for what it is does not get better with time', async () => {
  server = await startOddServer((response) => response.writeHead(401).end('{"error":{"message":"no"}}'))
  await waitUntilReady(options(server.url), { timeoutMs: 10_000, signal, pauseMs: 1 })
  expect(server.requests).toHaveLength(1)
})

test('says what the server answered last when the time is over', async () => {
  server = await startOddServer((response) => response.writeHead(503).end('{"error":{"message":"Loading"}}'))
  const wait = waitUntilReady(options(server.url), { timeoutMs: 60, signal, pauseMs: 5 })
  await expect(wait).rejects.toThrow(/not ready within 0\.06 s \((http_503: .*Loading|cancelled)/)
})

test('nobody there, and an abort', async () => {
  const nobody = options('http://127.0.0.1:9')
  await expect(waitUntilReady(nobody, { timeoutMs: 30, signal, pauseMs: 5 })).rejects.toThrow('Raise --ready')
  const abort = new AbortController()
  abort.abort()
  await waitUntilReady(nobody, { timeoutMs: 60_000, signal: abort.signal })
})
