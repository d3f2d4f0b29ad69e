import { afterEach, expect, test } from 'vitest'
import { quiet } from './scripted-connection.test-kit.ts'
import { startProcess, type WorkerProcess } from './worker-process.ts'

const running: WorkerProcess[] = []
afterEach(() => Promise.all(running.splice(0).map((process) => process.kill())))

/** A real process that runs this script. */
function start(script: string, leash: 'ipc' | 'stdin' = 'ipc') {
  const process_ = startProcess(
    {
      title: 'the engine host of m',
      executable: process.execPath,
      arguments: ['-e', script],
      environment: process.env,
      leash,
    },
    quiet,
  )
  running.push(process_)
  const output: string[] = []
  const first = Promise.withResolvers<string>()
  process_.onOutput((line) => {
    output.push(line)
    first.resolve(line)
  })
  return { process: process_, firstLine: first.promise }
}

const isAlive = (processId: number) => {
  try {
    process.kill(processId, 0)
    return true
  } catch {
    return false
  }
}
const lives = `console.log('up'); setInterval(() => {}, 1000)`

test.each([
  ['process.exit(3)', 'the engine host of m ended with exit code 3'],
  [`process.kill(process.pid, 'SIGKILL')`, 'the engine host of m was killed by SIGKILL'],
  [
    `console.error('ggml.c:1: GGML_ASSERT(x) failed'); console.error('#1 0x00 in main'); process.abort()`,
    'the engine host of m aborted: ggml.c:1: GGML_ASSERT(x) failed',
  ],
  [
    `console.error('noise'); console.error(JSON.stringify({ level: 60, msg: 'no such device' })); process.exit(1)`,
    'the engine host of m ended with exit code 1: no such device',
  ],
])('%s says how it ended', async (script, message) => {
  const error = await start(script).process.exited
  expect(error).toMatchObject({ code: 'worker_lost', message })
})

test('a kill from outside does not quote what was printed before', async () => {
  const { process: started, firstLine } = start(`console.error('an old error'); ${lives}`)
  await firstLine
  process.kill(started.processId!, 'SIGKILL')
  expect((await started.exited).message).toBe('the engine host of m was killed by SIGKILL')
})

test('an executable that does not exist', async () => {
  const missing = startProcess(
    { title: 'the worker', executable: '/no/such/python', arguments: [], environment: {}, leash: 'stdin' },
    quiet,
  )
  missing.onOutput(() => undefined)
  expect((await missing.exited).message).toMatch(/^the worker could not be started: .*ENOENT/)
  await missing.kill()
  await missing.end(0)
})

test('end lets go of the leash, and the process ends by itself', async () => {
  const ipc = start(`process.on('disconnect', () => process.exit(0)); ${lives}`)
  await ipc.firstLine
  await ipc.process.end(60_000)
  expect((await ipc.process.exited).message).toContain('exit code 0')
  const stdin = start(`process.stdin.on('end', () => process.exit(0)).resume(); ${lives}`, 'stdin')
  await stdin.firstLine
  await stdin.process.end(60_000)
  expect((await stdin.process.exited).message).toContain('exit code 0')
})

test.runIf(process.platform !== 'win32')('end kills what does not listen, stopped or not', async () => {
  const { process: deaf, firstLine } = start(lives, 'stdin')
  await firstLine
  process.kill(deaf.processId!, 'SIGSTOP')
  await deaf.end(1)
  expect((await deaf.exited).message).toContain('SIGKILL')
  expect(isAlive(deaf.processId!)).toBe(false)
})

test.runIf(process.platform !== 'win32')('what a process has started goes with it', async () => {
  const { process: parent, firstLine } = start(
    `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
     console.log(child.pid); setInterval(() => {}, 1000)`,
  )
  const grandchild = Number(await firstLine)
  expect(isAlive(grandchild)).toBe(true)
  process.kill(parent.processId!, 'SIGKILL')
  await parent.exited
  await expect.poll(() => isAlive(grandchild)).toBe(false)
})

test('endless output without a line break is bounded', async () => {
  const { firstLine } = start(`process.stdout.write('x'.repeat(3_000_000) + '\\n')`)
  expect((await firstLine).length).toBe(4_000)
})
