import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { assertWritable, encodeResult, encodeResults, writeResult } from './write-result.ts'

const nowhere = { write: () => expect.unreachable() }

test('the document reads back as it was, one line per sample', () => {
  const samples = [
    { index: 0, start: 0, end: 2 },
    { index: 1, start: 1, end: 3, error: 'reset' },
  ]
  for (const result of [resultOf(), resultOf({ samples })])
    expect(JSON.parse(encodeResult(result))).toEqual(result)
  expect(encodeResult(resultOf({ samples }))).toContain(
    '"samples": [\n    {"index":0,"start":0,"end":2},\n    {"index":1',
  )
})

test('goes to a file or, for -, to the output', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-result-'))
  try {
    const path = join(folder, 'result.json')
    await assertWritable(path)
    await writeResult(path, [resultOf()], nowhere)
    await assertWritable(path)
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(resultOf())
    let output = ''
    await writeResult('-', [resultOf()], { write: (text) => (output += text) })
    expect(JSON.parse(output)).toEqual(resultOf())
    await expect(assertWritable(folder)).rejects.toThrow('it is a folder')
    await expect(assertWritable(join(folder, 'no', 'result.json'))).rejects.toThrow(
      'its folder does not exist',
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a sweep is one document of several', () => {
  const results = [resultOf({ samples: [{ index: 0, start: 0, end: 2 }] }), resultOf()]
  expect(JSON.parse(encodeResults(results))).toEqual({
    schema: 'sluice.bench.sweep',
    schema_version: 1,
    results,
  })
})
