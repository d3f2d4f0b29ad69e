import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createConnections } from './connections.ts'
import { resolveTarget } from './target.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const listen = async (listener: RequestListener): Promise<Server> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return server
}
const connect = (server: Server, timeoutMs = 20_000) => {
  const target = resolveTarget(`:${(server.address() as AddressInfo).port}`)
  const connections = createConnections({ target, size: 3, apiKey: 'sk-secret', timeoutMs })
  closing.push(() => connections.close())
  return connections
}

test('lists models in the order of the server, with the key', async () => {
  const seen: string[] = []
  const server = await listen((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    response.end(JSON.stringify({ data: [{ id: 'b' }, { id: 'a' }, { name: 'no id' }] }))
  })
  expect(await connect(server).listModels()).toEqual(['b', 'a'])
  expect(seen).toEqual(['GET /v1/models Bearer sk-secret'])
})

test.each(['[]', '{}', '{"data":null}', '<html>', '', 'null', '{"data":5}'])(
  'an answer without models (%s) is an empty list',
  async (body) => {
    expect(await connect(await listen((_, response) => response.end(body))).listModels()).toEqual([])
  },
)

test.each([
  [401, 'invalid_api_key', 'refused the key (HTTP 401); give one with --api-key'],
  [404, 'engine_failed', 'answered HTTP 404; check --url, or name a --model'],
])('HTTP %i is refused with advice, and without the key', async (status, code, message) => {
  const connections = connect(await listen((_, response) => response.writeHead(status).end()))
  await expect(connections.listModels()).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  })
  await expect(connections.listModels()).rejects.not.toThrow('sk-secret')
})

test('a server that does not answer is not waited for longer than the timeout', async () => {
  const connections = connect(await listen(() => {}), 200)
  await expect(connections.listModels()).rejects.toMatchObject({
    code: 'daemon_unreachable',
    message: expect.stringContaining('it does not answer'),
  })
})

test('opens as many connections as asked, once, whatever they answer', async () => {
  const server = await listen((_, response) => response.writeHead(500).end('no'))
  const connections = connect(server)
  await connections.open(3)
  await connections.open(3)
  expect(connections.opened()).toBe(3)
})
