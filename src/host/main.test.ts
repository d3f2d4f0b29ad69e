import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HostArguments, HostMessage } from './host-arguments.ts'
import { completion, createClient, loadOptions } from './open-worker.test-kit.ts'

const main = join(import.meta.dirname, 'main.ts')
let folder: string
let socket: string
let processes: ChildProcess[]
let grandchild: number | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-main-'))
  socket = join(folder, 'w.sock')
  processes = []
})
afterEach(() => {
  for (const child of processes) child.kill('SIGKILL')
  if (grandchild !== undefined && isAlive(grandchild)) process.kill(grandchild, 'SIGKILL')
  grandchild = undefined
  rmSync(folder, { recursive: true, force: true })
})

const argumentsFor = (change: Partial<HostArguments> = {}): string =>
  JSON.stringify({ engine: 'fake', listen: `unix:${socket}`, ...change })

/** A host with an IPC channel, as the daemon starts it. */
function start(change?: Partial<HostArguments>) {
  const child = fork(main, [argumentsFor(change)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  processes.push(child)
  const messages: HostMessage[] = []
  let log = ''
  child.on('message', (message) => messages.push(message as HostMessage))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text))
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const said = async <T extends HostMessage['type']>(type: T) => {
    await expect.poll(() => messages.some((message) => message.type === type)).toBe(true)
    return messages.find((message): message is Extract<HostMessage, { type: T }> => message.type === type)!
  }
  return { child, messages, said, exited, log: () => log }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie is dead; its parent here has not reaped it yet.
    return (
      process.platform !== 'linux' || !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    )
  } catch {
    return false
  }
}

const model = (source: string) => ({ id: 'm', load: loadOptions(source) })

describe('starting', () => {
  test('says where it listens, with the real port, and serves under the given name', async () => {
    const host = start({ listen: '127.0.0.1:0', workerId: 'w7' })
    const { address } = await host.said('listening')
    expect(address).toMatch(/^127\.0\.0\.1:[1-9]/)
    const client = createClient(address)
    const info = await client.unary('GetWorkerInfo', {})
    expect(info).toMatchObject({
      workerId: 'w7',
      processId: host.child.pid,
      engineVersion: expect.any(String),
    })
    client.close()
  })

  test('a model of its start: it listens at once, and is not ready while the model loads', async () => {
    const host = start({ model: model('fake:?load_ms=600000') })
    const client = createClient((await host.said('listening')).address)
    expect(await client.unary('Check', {})).toEqual({ status: 'NOT_SERVING' })
    client.close()
  })

  test('it is ready when the model is there', async () => {
    const host = start({ model: model('fake:?load_ms=100') })
    const client = createClient((await host.said('listening')).address)
    await host.said('serving')
    expect(await client.unary('Check', {})).toEqual({ status: 'SERVING' })
    const types = host.messages.map(({ type }) => type)
    expect([...new Set(types)]).toEqual(['listening', 'loading', 'serving'])
    expect(types.at(-1)).toBe('serving')
    client.close()
  })

  test.each<[string, Partial<HostArguments>, number]>([
    ['invalid_config', { listen: '0.0.0.0:0' }, 2],
    ['invalid_config', { tls: { certificate: '/nowhere.pem', key: '/nowhere.pem' } }, 2],
    ['invalid_request', { engine: 'steam' }, 2],
    ['invalid_model', { model: model('no such thing') }, 5],
  ])('%s: %j', async (code, change, exitCode) => {
    const host = start(change)
    expect((await host.said('failed')).error).toMatchObject({ code, message: expect.any(String) })
    expect(await host.exited).toEqual([exitCode, null])
    expect(existsSync(socket)).toBe(false)
  })

  test('without a parent that listens it says why on stderr', async () => {
    const child = spawn(process.execPath, [main, argumentsFor({ engine: 'steam' })], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
    expect(await once(child, 'close')).toEqual([2, null])
    expect(text).toBe('sluice: there is no engine "steam"; there are llama-cpp, fake\n')
  })
})

describe('ending', () => {
  test('SIGTERM: not ready and nothing new while something runs; then it ends, and the socket goes', async () => {
    // Runs for as long as the test wants it to.
    const host = start({ model: model('fake:?stall_after=2') })
    await host.said('serving')
    const client = createClient(`unix:${socket}`)
    const health = client.stream('Watch', { service: '' })
    const call = client.stream('Complete', completion('hello'))
    await call.until(2)
    host.child.kill('SIGTERM')
    await health.until(2)
    expect(health.received.at(-1)).toEqual({ status: 'NOT_SERVING' })
    const late = client.stream('Complete', completion('hello'))
    await expect(late.ended).rejects.toMatchObject({ code: 'draining' })
    call.call.cancel()
    expect(await host.exited).toEqual([0, null])
    expect(existsSync(socket)).toBe(false)
    expect(host.log()).toContain('"event":"host.stopped"')
    client.close()
  })

  test('SIGTERM: what runs is answered to its end', async () => {
    const host = start({ model: model('fake:?tokens_per_second=40&tokens=30') })
    await host.said('serving')
    const client = createClient(`unix:${socket}`)
    const call = client.stream('Complete', completion('hello'))
    await call.until(2)
    host.child.kill('SIGTERM')
    expect((await call.ended).at(-1)?.finished?.usage?.completionTokens).toBe(30)
    expect(await host.exited).toEqual([0, null])
    client.close()
  })

  test('SIGTERM with its drain time over: what still runs gets an error, not silence', async () => {
    const host = start({ model: model('fake:?stall_after=2'), drainTimeoutMs: 50 })
    await host.said('serving')
    const client = createClient(`unix:${socket}`)
    const call = client.stream('Complete', completion('hello'))
    await call.until(3)
    host.child.kill('SIGTERM')
    await expect(call.ended).rejects.toMatchObject({ code: 'engine_failed' })
    expect(await host.exited).toEqual([0, null])
    client.close()
  })

  test('SIGTERM while the model loads', async () => {
    const host = start({ model: model('fake:?load_ms=600000') })
    await host.said('loading')
    host.child.kill('SIGTERM')
    expect(await host.exited).toEqual([0, null])
    expect(host.messages.some(({ type }) => type === 'failed')).toBe(false)
  })

  test('a second signal does not wait', async () => {
    const host = start({ model: model('fake:?stall_after=2') })
    await host.said('serving')
    const client = createClient(`unix:${socket}`)
    await client.stream('Complete', completion('hello')).until(3)
    host.child.kill('SIGTERM')
    await expect.poll(host.log).toContain('host.stopping')
    host.child.kill('SIGTERM')
    expect((await host.exited)[1]).toBe('SIGKILL')
    expect(existsSync(socket)).toBe(false)
    client.close()
  })

  test('its parent lets go of it: it ends, whatever it is doing', async () => {
    const host = start({ model: model('fake:?stall_after=2') })
    await host.said('serving')
    const client = createClient(`unix:${socket}`)
    await client.stream('Complete', completion('hello')).until(3)
    host.child.disconnect()
    await host.exited
    expect(existsSync(socket)).toBe(false)
    client.close()
  })
})

/** A parent that starts a host, prints its process id, and waits to be killed. */
const parent = `
const { fork } = require('node:child_process')
const [main, given, ...execArgv] = process.argv.slice(1)
const child = fork(main, [given], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv })
child.on('message', ({ type }) => type === 'serving' && process.stdout.write(String(child.pid)))
`

/** With `flags` of Node for the host; resolves when its model is there. */
async function startUnderParent(...flags: string[]) {
  const words = ['-e', parent, '--', main, argumentsFor({ model: model('fake:') }), ...flags]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  processes.push(child)
  const [text] = (await once(child.stdout, 'data')) as [Buffer]
  grandchild = Number(text.toString())
  return { child, pid: grandchild }
}

describe('kill -9 of the parent', () => {
  test('nothing of the host is left', async () => {
    const { child, pid } = await startUnderParent()
    expect(isAlive(pid)).toBe(true)
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
    expect(existsSync(socket)).toBe(false)
  })

  // Elsewhere a process keeps the number of its dead parent.
  test.skipIf(process.platform === 'win32')('not even while its main thread is stuck', async () => {
    const stick = 'data:text/javascript,process.on("SIGUSR2",()=>{for(;;);})'
    const { child, pid } = await startUnderParent('--import', stick)
    process.kill(pid, 'SIGUSR2')
    const client = createClient(`unix:${socket}`)
    const check = client.unary('Check', {}, { deadline: Date.now() + 300 })
    await expect(check).rejects.toMatchObject({ code: 'timeout' })
    expect(isAlive(pid)).toBe(true)
    child.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
    client.close()
  })
})
