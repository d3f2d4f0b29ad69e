import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { encodeResults } from '../../bench/report/write-result.ts'
import { resultOf } from '../../bench/result.test-kit.ts'
import { createLatency } from '../../bench/record/statistics.ts'
import { histogramNames, type BenchResult } from '../../bench/result.ts'
import BenchHistory from './history.ts'
import BenchMerge from './merge.ts'
import BenchReport from './report.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-saved-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = async (name: string, results: BenchResult[]): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, encodeResults(results))
  return path
}

type Command = { run(argv: string[], options: { root: string }): Promise<unknown> }

const run = async (command: Command, ...argv: string[]) => {
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text)
      return true
    })
  }
  let exit: unknown = 0
  try {
    await command.run(argv, { root: resolve(import.meta.dirname, '..', '..') })
  } catch (cause) {
    exit = (cause as { oclif?: { exit?: number } }).oclif?.exit
  } finally {
    vi.restoreAllMocks()
  }
  return { ...printed, exit }
}

test('report prints a saved result, or writes the forms that are asked for', async () => {
  const file = await write('one.json', [resultOf()])
  const printed = await run(BenchReport, file)
  expect(printed).toMatchObject({ exit: 0, stdout: expect.stringContaining('VALID  sluice bench: pocket') })
  const page = join(folder, 'one.html')
  const markdown = await run(BenchReport, file, '--html', page, '--markdown', '-')
  expect(markdown.stdout).toMatch(/^## sluice bench: pocket/)
  expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/)
  const refused = await run(BenchReport, file, '--html', join(folder, 'no', 'one.html'))
  expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining('its folder does not exist') })
  expect((await run(BenchReport, join(folder, 'one.html'))).stderr).toContain('is no result of sluice bench')
})

test('merge pools two results; what is none of one run is refused', async () => {
  const latency = createLatency()
  latency.record(5)
  const encoded = latency.histogram()!
  const part = (second: number, changes: Partial<BenchResult> = {}) =>
    resultOf({
      started_at: `2026-01-02T03:04:0${second}.000Z`,
      histograms: Object.fromEntries(histogramNames.map((name) => [name, encoded])),
      ...changes,
    })
  const [first, second] = [await write('a.json', [part(1)]), await write('b.json', [part(2)])]
  const out = join(folder, 'ab.json')
  const merged = await run(BenchMerge, first, second, '-o', out)
  expect(merged).toMatchObject({ exit: 0, stdout: expect.stringContaining('400 succeeded, 0 failed') })
  expect(JSON.parse(await readFile(out, 'utf8'))).toMatchObject({ requests: { succeeded: 400 }, argv: ['merge', first, second] }) // prettier-ignore
  const other = await write('c.json', [part(3, { target: { ...resultOf().target, model: 'other' } })])
  const refused = await run(BenchMerge, first, other)
  expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining('differ in the model (pocket and other)') }) // prettier-ignore
})

test('history shows what a folder holds', async () => {
  const shown = await run(BenchHistory, folder)
  expect(shown).toMatchObject({ exit: 0, stdout: expect.stringContaining('pocket, chat, concurrency 4') })
  const json = await run(BenchHistory, folder, '--json')
  const { series } = JSON.parse(json.stdout) as { series: { entries: object[] }[] }
  expect(series[0]!.entries.length).toBeGreaterThan(1)
  expect((await run(BenchHistory, join(folder, 'none'))).exit).toBe(2)
})
