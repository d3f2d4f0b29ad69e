import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { assertReportPaths, writeReports } from './write-reports.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-reports-'))
})
afterAll(() => rm(folder, { recursive: true }))

const nowhere = { output: { write: () => expect.unreachable() }, summaryFile: undefined }

test('each form goes to its file, or for - to the output', async () => {
  const paths = { json: join(folder, 'a.json'), html: join(folder, 'a.html'), csv: join(folder, 'a.csv'), markdown: join(folder, 'a.md'), junit: join(folder, 'a.xml') } // prettier-ignore
  await assertReportPaths(paths)
  await writeReports(paths, [resultOf()], nowhere)
  const texts = await Promise.all(Object.values(paths).map((path) => readFile(path, 'utf8')))
  expect(texts.map((text) => text.slice(0, 14))).toEqual([
    '{\n  "schema": "', '<!doctype html', 'load,index,sta', '## sluice benc', '<?xml version=',
  ].map((text) => text.slice(0, 14))) // prettier-ignore
  let printed = ''
  await writeReports({ json: '-' }, [resultOf()], {
    ...nowhere,
    output: { write: (text) => (printed += text) },
  })
  expect(JSON.parse(printed)).toEqual(resultOf())
})

test('auto appends to the step summary, and without one writes nothing', async () => {
  const summaryFile = join(folder, 'summary.md')
  await writeReports({ markdown: 'auto' }, [resultOf()], { ...nowhere, summaryFile })
  await writeReports({ markdown: 'auto' }, [resultOf()], { ...nowhere, summaryFile })
  expect((await readFile(summaryFile, 'utf8')).match(/## sluice bench/g)).toHaveLength(2)
  await writeReports({ markdown: 'auto' }, [resultOf()], nowhere)
})

test('what cannot be written is refused before the run', async () => {
  await expect(assertReportPaths({ html: folder })).rejects.toMatchObject({ param: 'html', message: expect.stringContaining('it is a folder') }) // prettier-ignore
  await expect(assertReportPaths({ csv: join(folder, 'no', 'a.csv') })).rejects.toThrow('its folder does not exist') // prettier-ignore
  await expect(assertReportPaths({ json: '-', csv: '-' })).rejects.toThrow('only one of --json and --csv')
  await assertReportPaths({ json: '-', markdown: 'auto' })
})

test('a report that cannot be written costs no other, and the message says why', async () => {
  const csv = join(folder, 'kept.csv')
  const lost = writeReports({ json: join(folder, 'gone', 'a.json'), csv }, [resultOf()], nowhere)
  await expect(lost).rejects.toThrow(/^cannot write --json to .*a\.json: there is no such file$/)
  expect(await readFile(csv, 'utf8')).toContain('load,index')
})

test.runIf(existsSync('/dev/full'))('a full disk has its own exit code', async () => {
  await expect(writeReports({ json: '/dev/full' }, [resultOf()], nowhere)).rejects.toMatchObject({
    code: 'insufficient_storage',
    message: 'cannot write --json to /dev/full: the disk is full',
  })
})
