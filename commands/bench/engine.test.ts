import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineResult } from '../../bench/engine/engine-result.ts'
import { runCommand } from '../../src/cli/run-command.test-kit.ts'
import BenchEngine from './engine.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'))
})
afterEach(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runCommand(BenchEngine, argv)

test('prompts and answers at every depth and batch size, as a document', async () => {
  const { stdout, exit } = await run('-p', '16', '-n', '4', '-d', '0,32', '--batch', '1,2', '-r', '3', '-t', '1', '--json') // prettier-ignore
  expect(exit).toBe(0)
  const { tests, model, interrupted } = JSON.parse(stdout) as EngineResult
  expect(interrupted).toBe(false)
  expect(model).toMatchObject({ file: 'pocket.gguf', architecture: 'llama', trained_context_length: 1024 })
  expect(tests.map(({ test: name, batch }) => `${name} x${batch}`)).toEqual([
    'pp16 x1', 'tg4 x1', 'pp16 @ d32 x1', 'tg4 @ d32 x1', 'pp16 x2', 'tg4 x2', 'pp16 @ d32 x2', 'tg4 @ d32 x2',
  ]) // prettier-ignore
  for (const { tokens_per_second: speed, threads } of tests) {
    expect(speed.samples).toHaveLength(3)
    expect(speed.median).toBe(speed.samples.toSorted((left, right) => left - right)[1])
    expect(threads).toBe(1)
  }
})

test('a table, and one in Markdown', async () => {
  const table = await run('--prompt', '0', '--generate', '4', '--repetitions', '1')
  expect(table.stdout).toMatch(/│ llama Q8_0 │ 3\.84 MiB │ 3\.72 M │ +\d+ │ +tg4 │ /)
  expect(table.stdout).not.toContain('pp')
  const markdown = await run('pocket', '-p', '8', '-n', '0', '--batch', '2', '-r', '1', '--markdown')
  expect(markdown.stdout).toMatch(
    /^\| model \| size \| params \| threads \| batch \| test \| t\/s \| min to max \|\n/,
  )
  expect(markdown.stdout).toMatch(/\n\| llama Q8_0 \| 3\.84 MiB \| 3\.72 M \| \d+ \| 2 \| pp8 \| /)
})

test('an interrupt shows what was measured', async () => {
  const listeners = process.listenerCount('SIGINT')
  const running = run('-p', '4', '-n', '900', '-r', '1000', '--json')
  await expect.poll(() => process.listenerCount('SIGINT')).toBeGreaterThan(listeners)
  process.emit('SIGINT')
  expect(await running).toMatchObject({ exit: 130 })
  expect(process.listenerCount('SIGINT')).toBe(listeners)
})

test.each([
  [2, 'trained for a context of 1024 tokens', ['-p', '2048']],
  [2, 'leave nothing to measure', ['-p', '0', '-n', '0']],
  [2, '--batch 0: "0" does not fit', ['--batch', '0']],
  [2, 'two models are given', ['pocket', '-m', 'other']],
  [4, 'there is no model "nobody"', ['nobody']],
])('exit %d: %s', async (code, reason, argv) => {
  const { stderr, exit } = await run(...argv)
  expect(stderr).toContain(reason)
  expect(exit).toBe(code)
})

test('a file that is no model', async () => {
  const file = join(folder, 'broken.gguf')
  await writeFile(file, 'not a model')
  const { stderr, exit } = await run(file)
  expect(stderr).toContain('broken.gguf')
  expect(exit).not.toBe(0)
})
