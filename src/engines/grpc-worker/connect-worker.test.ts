import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { afterEach, expect, test } from 'vitest'
import type { WorkerAddress } from '../../engine/worker.ts'
import { connectWorker } from './connect-worker.ts'
import { connectOptions, openConnection, openWorker } from './open-connection.test-kit.ts'
import { unary } from './scripted-worker.test-kit.ts'

const listening: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of listening.splice(0)) server.close()
})

async function listen(server: Server): Promise<string> {
  listening.push(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const connect = (
  target: string,
  change: Partial<typeof connectOptions> & Omit<WorkerAddress, 'target'> = {},
) => {
  const { tls, ...options } = change
  return connectWorker({ target, ...(tls && { tls }) }, { ...connectOptions, ...options })
}

const refused = async (
  target: string,
  code: string,
  words: RegExp,
  change: Parameters<typeof connect>[1] = {},
) => expect(connect(target, change)).rejects.toMatchObject({ code, message: expect.stringMatching(words) })

test('a worker tells who it is, and how it does', async () => {
  const startedAt = { seconds: 1_700_000_000, nanos: 5e8 }
  const info = { engineVersion: '2', apiMinor: 7, features: ['chat'], processId: 42, startedAt }
  const worker = await openWorker({ info })
  worker.report = { ...worker.report, memoryUsedBytes: 10, observedAt: startedAt }
  const connection = await openConnection(worker)
  expect(connection.identity).toEqual({
    workerId: 'w',
    instanceId: 'one',
    engine: 'scripted',
    engineVersion: '2',
    apiVersion: '1.7',
    features: ['chat'],
    processId: 42,
    startedAt: new Date(1_700_000_000_500),
  })
  expect(connection.address).toEqual({ target: worker.target })
  expect(connection.report()).toEqual({
    observedAt: new Date(1_700_000_000_500),
    draining: false,
    memoryUsedBytes: 10,
  })
  expect(await connection.models()).toEqual([{ id: 'm', aliases: ['alias'], state: 'ready' }])
  expect(await connection.drain(0)).toBe(3)
})

test('a worker that drains says so with its report', async () => {
  const worker = await openWorker({ reports: 'by-hand' })
  const connection = await openConnection(worker)
  const told = new Promise<void>((resolve) => {
    const stop = connection.subscribe(() => {
      stop()
      resolve()
    })
  })
  worker.report.draining = true
  worker.sendReport()
  await told
  expect(connection.report().draining).toBe(true)
})

test.each([
  [2, '2.0'],
  [0, '0.0'],
])('another version of the API: %i', async (apiMajor, version) => {
  const { target } = await openWorker({ info: { apiMajor } })
  await refused(target, 'worker_incompatible', new RegExp(`version ${version}.*this sluice speaks 1\\.`))
})

test('a gRPC server without our service', async () => {
  const server = new GrpcServer()
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  await refused(`127.0.0.1:${port}`, 'worker_incompatible', /has no service llm\.v1\.Control/)
  server.forceShutdown()
})

test('a worker that reports no load, and one that never does', async () => {
  const unimplemented = await openWorker({ control: { WatchLoad: undefined! } })
  await refused(unimplemented.target, 'worker_incompatible', /reports no load/)
  const silent = await openWorker({ reports: 'none' })
  await refused(silent.target, 'worker_lost', /did not answer within 200 ms/, { timeoutMs: 200 })
})

test('an HTTP/1 server', async () => {
  const target = await listen(createHttpServer((_, response) => response.end('hello')))
  await refused(target, 'worker_incompatible', /is an HTTP\/1 server, not a worker/)
})

test.each([404, 200, 500])('an HTTP/2 server that is not gRPC and answers %i', async (code) => {
  const server = createHttp2Server((_, response) => {
    response.writeHead(code, { 'content-type': 'text/html' })
    response.end('<html>hello</html>')
  })
  await refused(await listen(server as unknown as Server), 'worker_incompatible', /is no worker/)
})

test('something that speaks another language', async () => {
  const target = await listen(createServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')))
  await refused(target, 'worker_incompatible', /is not a worker: it says "SSH-2\.0-OpenSSH_9\.2"/)
})

test('something that accepts connections and never answers', async () => {
  const target = await listen(createServer(() => undefined))
  await refused(target, 'worker_lost', /did not answer within 300 ms/, { timeoutMs: 300 })
})

test('something that accepts connections and closes them', async () => {
  const target = await listen(createServer((socket) => socket.end()))
  await refused(target, 'worker_lost', /closes every connection/)
})

test('nobody', async () => {
  await refused('unix:/nowhere/w.sock', 'worker_lost', /no worker listens at .*there is no such socket/)
  const target = await listen(createServer(() => undefined))
  await new Promise((resolve) => listening.pop()!.close(resolve))
  await refused(target, 'worker_lost', /no worker listens at .*the connection is refused/)
})

test.each(['example.org', 'unix:', 'http://127.0.0.1:80', '127.0.0.1:0', '127.0.0.1:70000', ':80', ''])(
  'the address %j is refused as such',
  (target) => refused(target, 'invalid_config', /is not the address of a worker/),
)

test('PEM files that are missing or are none', async () => {
  const missing = { ca: '/nowhere/ca.pem' }
  await refused('127.0.0.1:1', 'invalid_config', /tls\.ca: \/nowhere\/ca\.pem: there is no such file/, {
    tls: missing,
  })
  const wrong = { ca: import.meta.filename, certificate: import.meta.filename, key: import.meta.filename }
  await refused('127.0.0.1:1', 'invalid_config', /not usable as PEM files/, { tls: wrong })
  const half = { certificate: import.meta.filename }
  await refused('127.0.0.1:1', 'invalid_config', /a certificate needs its key/, { tls: half })
})

test('called off before and during the attempt', async () => {
  const target = await listen(createServer(() => undefined))
  const words = /connecting to .* was cancelled/
  await refused(target, 'cancelled', words, { signal: AbortSignal.abort() })
  const abort = new AbortController()
  const server = createServer(() => abort.abort())
  await refused(await listen(server), 'cancelled', words, { signal: abort.signal })
})

test('a worker that fails to say who it is', async () => {
  const fails = unary(() => {
    throw new Error('a defect')
  })
  const { target } = await openWorker({ control: { GetWorkerInfo: fails } })
  await expect(connect(target)).rejects.toMatchObject({ code: 'engine_failed' })
})
