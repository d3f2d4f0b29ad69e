import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { bringUpProcess, type Loaded, type ProcessPlan } from './bring-up-process.ts'
import {
  createScriptedConnection,
  createScriptedEngine,
  quiet,
  scriptedSettings,
  type ScriptedConnection,
} from './scripted-connection.test-kit.ts'
import type { WorkerProcess } from './worker-process.ts'
import type { WorkerSettings } from './worker-settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-bring-up-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const listens = `
  process.stdin.on('end', () => process.exit(0)).resume()
  const path = process.argv[1].replace('unix:', '')
  require('node:net').createServer().listen(path, () => console.log('listening ' + process.argv[1]))
`

type SetUp = {
  /** Runs in a real process; the address to listen on is its argument. */
  script: string
  load?(process: WorkerProcess, signal: AbortSignal): Promise<unknown>
  settings?: Partial<WorkerSettings>
  signal?: AbortSignal
}

function bringUp({ script, load, settings, signal = new AbortController().signal }: SetUp) {
  const seen = { process: undefined as WorkerProcess | undefined, connection: createScriptedConnection() }
  const plan: ProcessPlan = {
    command: (listen) => ({
      title: 'the engine host of m',
      executable: process.execPath,
      arguments: ['-e', script, listen],
      environment: process.env,
      leash: 'stdin',
    }),
    watch(started, says) {
      seen.process = started
      started.onOutput((line) => {
        const [word, rest = ''] = line.split(' ')
        if (word === 'listening') says.listening(rest)
        if (word === 'failed') says.failed(new AppError('invalid_model', rest))
      })
    },
    async load(_address, abort): Promise<Loaded> {
      await load?.(seen.process!, abort)
      return { connection: seen.connection, engines: new Map([['m', createScriptedEngine('scripted')]]) }
    },
  }
  const all = {
    ...scriptedSettings(() => Promise.reject(new Error('unused'))),
    socketFolder: folder,
    ...settings,
  }
  return { seen, instance: bringUpProcess(plan, { signal, settings: all, log: quiet }) }
}

/** No process, no socket file. */
async function expectNothingLeft(seen: { process: WorkerProcess | undefined }): Promise<void> {
  expect(await seen.process!.exitedWithin(0)).toBeDefined()
  expect(() => process.kill(seen.process!.processId!, 0)).toThrow('ESRCH')
  expect(readdirSync(folder)).toEqual([])
}

// Unix sockets and signals.
describe.skipIf(process.platform === 'win32')('a process', () => {
  test('that listens and loads serves until it is closed; then nothing is left', async () => {
    const { seen, instance } = bringUp({ script: listens })
    const { address, processId, engines, close } = await instance
    expect(existsSync(address.replace('unix:', ''))).toBe(true)
    expect(processId).toBe(seen.process!.processId)
    expect([...engines.keys()]).toEqual(['m'])
    await Promise.all([close(), close()])
    expect(seen.connection).toMatchObject({ isClosed: true, closedWith: undefined })
    await expectNothingLeft(seen)
  })

  test('that ends before it listens', async () => {
    const { seen, instance } = bringUp({ script: `console.error('no such library'); process.exit(7)` })
    await expect(instance).rejects.toMatchObject({
      code: 'worker_lost',
      message: 'the engine host of m ended with exit code 7: no such library',
    })
    await expectNothingLeft(seen)
  })

  test('that says what is wrong is believed rather than its exit code', async () => {
    const { seen, instance } = bringUp({ script: `console.log('failed broken'); process.exitCode = 1` })
    await expect(instance).rejects.toMatchObject({ code: 'invalid_model', message: 'broken' })
    await expectNothingLeft(seen)
  })

  test('that does not listen in time is killed', async () => {
    const { seen, instance } = bringUp({
      script: `setInterval(() => {}, 1000)`,
      settings: { startTimeoutMs: 50 },
    })
    await expect(instance).rejects.toThrow('the engine host of m did not listen within 50 ms')
    await expectNothingLeft(seen)
  })

  test('that dies while it loads: how it died, not what the connection noticed', async () => {
    const { seen, instance } = bringUp({
      script: listens,
      async load(started) {
        process.kill(started.processId!, 'SIGKILL')
        throw new AppError('worker_lost', 'stream closed')
      },
    })
    await expect(instance).rejects.toThrow('the engine host of m was killed by SIGKILL')
    await expectNothingLeft(seen)
  })

  test('that dies while it loads ends a load that would never end', async () => {
    const { seen, instance } = bringUp({
      script: listens,
      async load(started, signal) {
        process.kill(started.processId!, 'SIGKILL')
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('off'))))
      },
    })
    await expect(instance).rejects.toThrow('was killed by SIGKILL')
    await expectNothingLeft(seen)
  })

  test('whose model is refused is not left running', async () => {
    const { seen, instance } = bringUp({
      script: listens,
      load: () => Promise.reject(new AppError('invalid_model', 'no tensors')),
    })
    await expect(instance).rejects.toMatchObject({ code: 'invalid_model', message: 'no tensors' })
    await expectNothingLeft(seen)
  })

  test('called off while it starts and while it loads', async () => {
    for (const script of [`setInterval(() => {}, 1000)`, listens]) {
      const abort = new AbortController()
      const { seen, instance } = bringUp({
        script,
        signal: abort.signal,
        async load(_, signal) {
          abort.abort()
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        },
      })
      if (script !== listens) setImmediate(() => abort.abort())
      await expect(instance).rejects.toMatchObject({ code: 'cancelled' })
      await expectNothingLeft(seen)
      // A load that came through all the same does not keep its connection.
      expect(seen.connection.isClosed).toBe(script === listens)
    }
  })

  test('that is killed is lost with the reason', async () => {
    const { seen, instance } = bringUp({ script: listens })
    const { lost, close } = await instance
    // The connection is often the first to notice.
    process.kill(seen.process!.processId!, 'SIGKILL')
    seen.connection.lose('stream closed')
    expect((await lost).message).toBe('the engine host of m was killed by SIGKILL')
    await close()
    expect(seen.connection.closedWith).toBe(await lost)
    await expectNothingLeft(seen)
  })

  test('that is stuck is lost with what the connection says, and killed', async () => {
    const { seen, instance } = bringUp({ script: listens })
    const { lost, close } = await instance
    process.kill(seen.process!.processId!, 'SIGSTOP')
    seen.connection.lose('sent no report for 10 s')
    expect((await lost).message).toBe('sent no report for 10 s')
    await close()
    await expectNothingLeft(seen)
  })

  test('that is stuck in a call does not hold up its end', async () => {
    const { seen, instance } = bringUp({ script: listens })
    const { lost, close } = await instance
    process.kill(seen.process!.processId!, 'SIGSTOP')
    const connection = seen.connection as ScriptedConnection
    connection.lose()
    await lost
    connection.close = () => Promise.reject(new Error('broken'))
    await close()
    await expectNothingLeft(seen)
  })
})
