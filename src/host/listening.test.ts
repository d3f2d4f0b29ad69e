import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { completion, createClient, loadOptions, openWorker } from './open-worker.test-kit.ts'
import { createWorkerServer, type WorkerServer } from './worker-server.ts'

// grpc-js tells stderr of ports that it could not have.
setLogVerbosity(logVerbosity.NONE)

let folder: string
let servers: WorkerServer[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-listen-'))
  servers = []
})
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  rmSync(folder, { recursive: true, force: true })
})

function create(): WorkerServer {
  const server = createWorkerServer({ loader: createFakeLoader() })
  servers.push(server)
  return server
}
const listen = (address: string, insecure = false) => create().listen(address, undefined, { insecure })

async function greet(address: string): Promise<string | undefined> {
  const client = createClient(address)
  const { engine } = await client.unary('GetWorkerInfo', {})
  client.close()
  return engine
}

describe('on a Unix socket', () => {
  test('in a folder and a file for this user alone, which goes at the end', async () => {
    const path = join(folder, 'a', 'b', 'w.sock')
    const server = create()
    expect(await server.listen(`unix:${path}`)).toBe(`unix:${path}`)
    expect(statSync(join(folder, 'a', 'b')).mode & 0o777).toBe(0o700)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await greet(`unix:${path}`)).toBe('fake')
    await server.close()
    expect(existsSync(path)).toBe(false)
  })

  test('a socket that a dead process has left is taken over', async () => {
    const path = join(folder, 'w.sock')
    const leave = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', leave])
    expect(existsSync(path)).toBe(true)
    await listen(`unix:${path}`)
    expect(await greet(`unix:${path}`)).toBe('fake')
  })

  test('one that somebody listens on is left alone', async () => {
    const path = join(folder, 'w.sock')
    const other = createServer((socket) => socket.destroy())
    await once(other.listen(path), 'listening')
    await expect(listen(`unix:${path}`)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(path),
    })
    expect(existsSync(path)).toBe(true)
    other.close()
  })

  test('what is no socket is not removed', async () => {
    const path = join(folder, 'precious.txt')
    writeFileSync(path, 'precious')
    await expect(listen(`unix:${path}`)).rejects.toMatchObject({ code: 'invalid_config', param: 'listen' })
    expect(existsSync(path)).toBe(true)
  })

  test('a path that no operating system takes is refused by its length', async () => {
    const path = join(folder, 'x'.repeat(110))
    await expect(listen(`unix:${path}`)).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining(`${path.length} bytes`),
    })
  })

  test('a folder that cannot be made is named', async () => {
    writeFileSync(join(folder, 'file'), '')
    const address = `unix:${join(folder, 'file', 'w.sock')}`
    await expect(listen(address)).rejects.toMatchObject({ code: 'invalid_config' })
  })
})

describe('on a port', () => {
  test.each(['127.0.0.1:0', 'localhost:0'])('%s: the address has the real port', async (address) => {
    const real = await listen(address)
    expect(real).toMatch(new RegExp(`^${address.slice(0, -1)}[1-9]\\d*$`))
    expect(await greet(real)).toBe('fake')
  })

  test('others can reach it only where the user says so', async () => {
    await expect(listen('0.0.0.0:0')).rejects.toMatchObject({ code: 'invalid_config', param: 'listen' })
    const real = await listen('0.0.0.0:0', true)
    expect(await greet(real.replace('0.0.0.0', '127.0.0.1'))).toBe('fake')
  })

  test('a taken port says so', async () => {
    const real = await listen('127.0.0.1:0')
    await expect(listen(real)).rejects.toMatchObject({ code: 'port_in_use' })
  })

  test('an address of another machine says so', async () => {
    await expect(listen('192.0.2.1:0', true)).rejects.toMatchObject({ code: 'invalid_config' })
  })

  test.each(['', 'unix:', '127.0.0.1', ':80', 'host:70000', 'host:port', 'a:b:1'])(
    '%j is no address',
    async (text) => {
      await expect(listen(text)).rejects.toMatchObject({ code: 'invalid_config', param: 'listen' })
    },
  )
})

describe('what strangers send', () => {
  test('garbage on the socket ends that connection only', async () => {
    const worker = await openWorker('fake:?tokens_per_second=100&tokens=30')
    const call = worker.stream('Complete', completion('hello'))
    await call.until(2)
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
    for (const bytes of [
      'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
      Buffer.alloc(100_000, 0xff),
      preface + 'x'.repeat(1000),
      // A HEADERS frame of a stream that is nothing but its length.
      Buffer.concat([Buffer.from(preface), Buffer.from([0xff, 0xff, 0xff, 1, 0xff, 0xff, 0xff, 0xff, 0xff])]),
    ]) {
      const socket = connect(worker.address.replace('unix:', ''))
      socket.on('error', () => undefined)
      socket.resume().write(bytes)
      await once(socket, 'close')
    }
    expect((await call.ended).at(-1)?.finished).toBeDefined()
    await worker.end()
  })

  test('a message that is too large is refused at once, in either direction', async () => {
    const worker = await openWorker('fake:', { maxMessageBytes: 10_000, load: { contextLength: 100_000 } })
    const large = worker.stream('Complete', completion('x'.repeat(20_000)))
    await expect(large.ended).rejects.toMatchObject({ code: 'payload_too_large' })
    // The tokens of this text take more bytes than the text.
    const tokens = worker.unary('Tokenize', { context: { model: 'm' }, text: '水'.repeat(2500) })
    await expect(tokens).rejects.toMatchObject({ code: 'payload_too_large' })
    const small = worker.stream('Complete', completion('x'))
    expect((await small.ended).at(-1)?.finished).toBeDefined()
    await worker.end()
  })

  test('bytes that are no message end the call and nothing else', async () => {
    const worker = await openWorker()
    const garbage = new Promise((resolve) => {
      worker.client.makeUnaryRequest(
        '/llm.v1.Inference/Tokenize',
        () => Buffer.alloc(100, 0xff),
        (bytes) => bytes,
        {},
        resolve,
      )
    })
    expect(await garbage).toMatchObject({ code: expect.any(Number) })
    expect((await worker.unary('GetLoad', {})).models).toHaveLength(1)
    await worker.end()
  })

  test('a method that is not there', async () => {
    const worker = await openWorker()
    const answer = new Promise((resolve) => {
      worker.client.makeUnaryRequest(
        '/llm.v2.Inference/Chat',
        () => Buffer.alloc(0),
        (bytes) => bytes,
        {},
        resolve,
      )
    })
    expect(await answer).toMatchObject({ code: 12 })
    await worker.end()
  })
})

test('a server that never listened can be closed', async () => {
  const server = create()
  await server.loadModel('m', loadOptions('fake:'))
  await server.close()
})
