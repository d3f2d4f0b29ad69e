import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeResults } from '../report/write-result.ts'
import { resultOf } from '../result.test-kit.ts'
import { listDifferences, readRun } from './read-run.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-compare-'))
})
afterAll(() => rm(folder, { recursive: true }))
const write = async (text: string): Promise<string> => {
  const path = join(folder, 'run.json')
  await writeFile(path, text)
  return path
}

test('reads what --json wrote', async () => {
  expect(await readRun(await write(encodeResults([resultOf()])))).toEqual(resultOf())
})

test.each([
  ['holds a sweep', encodeResults([resultOf(), resultOf()])],
  ['is no result', '{}'],
  ['is no result of sluice bench --json: not JSON', 'not JSON'],
  ['is no result of sluice bench --json: not JSON', ''],
  ['has schema version 7', JSON.stringify({ schema: 'sluice.bench', schema_version: 7 })],
])('%s', async (reason, text) => {
  await expect(readRun(await write(text))).rejects.toThrow(reason)
})

test('a file that is not there', async () => {
  await expect(readRun(join(folder, 'none.json'))).rejects.toThrow('cannot be read: there is no such file')
})

test('differences that make a comparison one of apples with pears', () => {
  expect(listDifferences(resultOf(), resultOf({ started_at: 'later' }))).toEqual([])
  const other = resultOf({ configuration: { ...resultOf().configuration, concurrency: 8 } })
  expect(listDifferences(resultOf(), other)).toEqual(['the concurrency (4, then 8)'])
})
