import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BenchResult } from '../bench/result.ts'
import { createSandbox, finish, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
})
afterAll(() => sandbox.remove())

test('bench starts the daemon, runs the bundled model and reports', async () => {
  const file = join(sandbox.home, 'result.json')
  const ran = await sandbox.sluice(
    'bench',
    '--concurrency',
    '4',
    '--requests',
    '12',
    '--max-tokens',
    '16',
    '--json',
    file,
  )
  const { verdict, requests } = JSON.parse(readFileSync(file, 'utf8')) as BenchResult
  expect(requests).toEqual({ sent: 12, succeeded: 12, failed: 0, cancelled: 0 })
  expect(ran.code).toBe(verdict.status === 'INVALID' ? 10 : 0)
  if (verdict.status === 'INVALID') {
    // Nothing but a machine that kept the load generator itself waiting excuses that: not its own arithmetic.
    const excuses = ['loop_lag_p99_ms', 'delivery_p99_ms', 'concurrency_shortfall']
    const spoiled = verdict.checks.filter(({ status }) => status === 'INVALID').map(({ check }) => check)
    expect(excuses, verdict.reasons.join('; ')).toEqual(expect.arrayContaining(spoiled))
  }
  expect(ran.stdout).toContain('12 succeeded, 0 failed')
  expect(ran.stdout).toMatch(/TTFT/)
  const printed = await sandbox.sluice(
    'bench',
    '--requests',
    '6',
    '--max-tokens',
    '8',
    '--no-stream',
    '--json',
    '-',
  )
  const result = JSON.parse(printed.stdout) as BenchResult
  expect(result.requests).toMatchObject({ succeeded: 6, failed: 0 })
})

test('bench --fail-if decides the exit code', async () => {
  const bench = (condition: string) =>
    sandbox.sluice('bench', '--requests', '4', '--max-tokens', '8', '--fail-if', condition)
  // A loaded machine may make a run INVALID (10), which goes before.
  expect([0, 10]).toContain((await bench('success_rate<1')).code)
  const missed = await bench('ttft_p99>0')
  expect([8, 10]).toContain(missed.code)
  expect(missed.stdout).toContain('ttft_p99')
  expect((await bench('speed>1')).code).toBe(2)
})

test('bench of a server that is not there, and of requests that all fail', async () => {
  expect((await sandbox.sluice('bench', '--url', 'http://127.0.0.1:1/v1', '--requests', '1')).code).toBe(3)
  const prompts = join(sandbox.home, 'prompts.jsonl')
  writeFileSync(prompts, `${JSON.stringify({ prompt: 'word '.repeat(3000) })}\n`)
  const failed = await sandbox.sluice('bench', '--prompts', prompts, '--requests', '3', '--warm-up', '0')
  expect(failed.code).toBe(9)
  expect(failed.stdout).toContain('http_400')
})

test('chat answers once, with -p and from a pipe', async () => {
  const asked = await sandbox.sluice('chat', 'pocket', '-p', 'Hello', '--temperature', '0')
  expect(asked).toMatchObject({ code: 0, stderr: '' })
  const piped = await finish(sandbox.start('chat', '--temperature', '0'), 'Hello')
  expect(piped.stdout).toBe(asked.stdout)
  const json = await sandbox.json<{ model: string; content: string; finish_reason: string; usage: { completion_tokens: number } }>(
    'chat', '-p', 'Hello', '--temperature', '0',
  ) // prettier-ignore
  expect(json).toMatchObject({ model: 'pocket', finish_reason: 'stop' })
  expect(json.content.trim()).toBe(asked.stdout.trim())
})

test('chat with what cannot be: one line on stderr, its own exit code', async () => {
  const unknown = await sandbox.sluice('chat', 'nobody', '-p', 'Hello')
  expect(unknown.code).toBe(4)
  expect(unknown.stderr).toContain('there is: pocket')
  const long = await finish(sandbox.start('chat', 'pocket', '-p', 'Sum this up:'), 'word '.repeat(3000))
  expect(long.code).toBe(2)
  expect(long.stderr).toContain('1024')
  expect((await sandbox.sluice('chat', 'pocket', '-p', 'x', '--temperature', 'hot')).code).toBe(2)
})

test('an unknown command and an unknown flag are usage errors', async () => {
  expect((await sandbox.sluice('list', '--colour')).code).toBe(2)
  expect(await sandbox.sluice('lst')).toMatchObject({
    code: 2,
    stderr: 'sluice: there is no command "lst"; did you mean "list"?\n',
  })
})
