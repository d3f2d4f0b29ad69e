import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeResults } from '../report/write-result.ts'
import { resultOf } from '../result.test-kit.ts'
import { readHistory } from './read-history.ts'
import { renderHistory } from './render-history.ts'
import { traceHistory } from './trace-history.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-history-'))
})
afterEach(() => rm(folder, { recursive: true }))

const at = (day: number, rate: number, concurrency = 4) =>
  resultOf({
    started_at: `2026-01-0${day}T00:00:00.000Z`,
    throughput: { ...resultOf().throughput, requests_per_second: rate },
    configuration: { ...resultOf().configuration, concurrency },
  })

test('a table for each kind of run, oldest first, with the change to the one before', async () => {
  await writeFile(join(folder, 'z-first.json'), encodeResults([at(1, 100), at(1, 200, 16)]))
  await writeFile(join(folder, 'a-second.json'), encodeResults([at(2, 110)]))
  await writeFile(join(folder, 'package.json'), '{}')
  const { runs, skipped } = await readHistory(folder)
  expect(skipped).toEqual([{ file: 'package.json', reason: 'is no result of sluice bench --json' }])
  const series = traceHistory(runs)
  expect(series.map(({ entries }) => entries.length)).toEqual([2, 1])
  const [first, second] = series[0]!.entries
  expect(first).toMatchObject({ file: 'z-first.json', changes: { requests_per_second: null } })
  expect(second!.changes.requests_per_second).toBeCloseTo(0.1)
  const text = renderHistory(series)
  expect(text).toMatch(/2026-01-01 00:00 .* 100\.0 /)
  expect(text).toMatch(/│ +\+10\.0 % │/)
  expect(text).toContain('▁█')
})

test('metadata stands beside the version', async () => {
  await writeFile(
    join(folder, 'a.json'),
    encodeResults([{ ...at(1, 100), metadata: { tp: '2', note: 'new' } }]),
  )
  const series = traceHistory((await readHistory(folder)).runs)
  expect(series[0]!.entries[0]).toMatchObject({ metadata: { tp: '2', note: 'new' } })
  expect(renderHistory(series)).toMatch(/│ tp=2 +│/)
})

test('a folder that is not there', async () => {
  await expect(readHistory(join(folder, 'no'))).rejects.toThrow('there is no such folder')
})
