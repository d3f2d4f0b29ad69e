import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'

const entry = join(import.meta.dirname, '..', '..', 'bin', 'dev.js')
let home: string
let socket: string
let child: ChildProcess | undefined
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sluice-worker-'))
  socket = join(home, 'w.sock')
})
afterEach(() => {
  child?.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

function start(...words: string[]) {
  const started = spawn(process.execPath, [entry, 'worker', ...words], {
    env: { ...process.env, SLUICE_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child = started
  let stderr = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const lines: string[] = []
  createInterface(started.stdout).on('line', (line) => lines.push(line))
  return { child: started, lines, stderr: () => stderr, closed: once(started, 'close') }
}
const until = (condition: () => boolean) => expect.poll(condition).toBe(true)

test('--json: a line when it listens and one when the model is there; Ctrl-C ends it well', async () => {
  const worker = start(
    '--engine',
    'fake',
    '--listen',
    `unix:${socket}`,
    '--model',
    'fake:',
    '--id',
    'm',
    '--json',
  )
  await until(() => worker.lines.length === 2)
  expect(worker.lines.map((line) => JSON.parse(line) as object)).toEqual([
    { type: 'listening', address: `unix:${socket}` },
    { type: 'serving', model: 'm' },
  ])
  worker.child.kill('SIGINT')
  expect(await worker.closed).toEqual([0, null])
  expect(worker.lines).toHaveLength(2)
  expect(existsSync(socket)).toBe(false)
})

test('kill -9 of the command takes the worker with it', async () => {
  const worker = start('--engine', 'fake', '--listen', `unix:${socket}`)
  await until(() => worker.lines.length === 1)
  expect(worker.lines).toEqual([`the worker listens at unix:${socket}`])
  worker.child.kill('SIGKILL')
  await until(() => !existsSync(socket))
})

test.each([
  [2, ['--listen', '0.0.0.0:0'], /can be reached from other machines.*--insecure/],
  [2, ['--listen', 'nowhere'], /"nowhere" is no address to listen on/],
  [2, ['--engine', 'steam', '--listen', '127.0.0.1:0'], /there is no engine "steam"/],
  [4, ['--listen', '127.0.0.1:0', '--model', 'nope'], /there is no model "nope" here/],
])('exit code %i: %j', async (exitCode, words, message) => {
  const worker = start(...words)
  expect(await worker.closed).toEqual([exitCode, null])
  expect(worker.stderr()).toMatch(message)
})
