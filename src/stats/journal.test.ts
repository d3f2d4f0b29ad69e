import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createJournal, type JournalOptions } from './journal.ts'
import { createFolder } from './ledger.test-kit.ts'
import { listSegments } from './segments.ts'

function open(folder: string, options: Partial<JournalOptions> = {}) {
  const told = { written: 0, troubles: [] as (string | undefined)[], dropped: [] as number[] }
  const journal = createJournal({
    folder,
    limitBytes: 1024 ** 2,
    onWritten: () => (told.written += 1),
    onTrouble: (trouble) => told.troubles.push(trouble),
    onDropped: (dropped) => told.dropped.push(dropped),
    ...options,
  })
  return { journal, told }
}
const readAll = (folder: string) =>
  listSegments(folder)
    .map(({ path }) => readFileSync(path, 'utf8'))
    .join('')

test('what a turn appends is on the disk after it, in one write, for its user alone', async () => {
  const folder = join(createFolder(), 'journal')
  const { journal, told } = open(folder)
  for (const line of ['a\n', 'b\n', 'c\n']) journal.append(line)
  expect(journal.status()).toMatchObject({ backlogBytes: 0, memoryBytes: 6 })
  await nextTurn()
  await nextTurn()
  expect(readAll(folder)).toBe('a\nb\nc\n')
  expect(told).toEqual({ written: 1, troubles: [], dropped: [] })
  expect(journal.status()).toMatchObject({ backlogBytes: 6, memoryBytes: 0, segment: 1, segmentBytes: 6 })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(listSegments(folder)[0]!.path).mode & 0o777).toBe(0o600)
  journal.close()
})

test('a full journal drops what comes, keeps what it has, counts, and tells of it when there is room again', () => {
  const folder = createFolder()
  const { journal, told } = open(folder, { limitBytes: 100 })
  const line = `${'x'.repeat(39)}\n`
  for (let count = 0; count < 5; count += 1) journal.append(line)
  journal.flush()
  expect(journal.status()).toMatchObject({ backlogBytes: 120, dropped: 2, isFull: true })
  expect(told.dropped).toEqual([0])
  journal.noteTaken(25)
  journal.append(line)
  expect(journal.status()).toMatchObject({ dropped: 3, isFull: true })
  journal.noteTaken(25)
  journal.append(line)
  expect(journal.status()).toMatchObject({ dropped: 3, isFull: false })
  expect(told.dropped).toEqual([0, 3])
  journal.close()
  expect(readAll(folder)).toBe(line.repeat(4))
})

test('a folder that cannot be written: lines wait in memory, in order, and are written when it can', async () => {
  const place = createFolder()
  const folder = join(place, 'journal')
  writeFileSync(folder, 'a file where the folder should be')
  const { journal, told } = open(folder)
  journal.append('a\n')
  journal.flush()
  journal.append('b\n')
  expect(journal.status()).toMatchObject({ trouble: 'EEXIST', memoryBytes: 4 })
  rmSync(folder)
  await expect.poll(() => journal.status().trouble).toBeUndefined()
  expect(readAll(folder)).toBe('a\nb\n')
  expect(told.troubles).toEqual(['EEXIST', undefined])
  journal.close()
})

test('memory is bounded while the disk takes nothing', () => {
  const folder = join(createFolder(), 'journal')
  writeFileSync(folder, '')
  const { journal } = open(folder, { limitBytes: 1024 ** 3 })
  const line = `${'x'.repeat(1023)}\n`
  for (let count = 0; count < 10_000; count += 1) journal.append(line)
  const { memoryBytes, dropped } = journal.status()
  expect(memoryBytes).toBe(8 * 1024 ** 2)
  expect(dropped).toBe(10_000 - 8192)
  journal.close()
})

test('a folder that is removed under it is made again', async () => {
  const folder = join(createFolder(), 'journal')
  let now = Date.now()
  const { journal } = open(folder, { clock: () => now })
  journal.append('lost\n')
  journal.flush()
  rmSync(folder, { recursive: true })
  now += 2000
  journal.append('kept\n')
  journal.flush()
  expect(readAll(folder)).toBe('kept\n')
  journal.close()
})

test('files end at a size and an age; another daemon’s files count as what is left', () => {
  const folder = createFolder()
  let now = Date.now()
  const { journal } = open(folder, { clock: () => now, limitBytes: 1024 ** 3 })
  const append = (text: string) => {
    journal.append(`${text}\n`)
    journal.flush()
  }
  append('x'.repeat(4 * 1024 ** 2))
  append('second')
  now += 3_600_001
  append('third')
  expect(listSegments(folder).map(({ number }) => number)).toEqual([1, 2, 3])
  journal.close()
  const size = readAll(folder).length
  const next = open(folder).journal
  expect(next.status().backlogBytes).toBe(size)
  expect(next.run).not.toBe(journal.run)
  next.close()
})

test('a disk that takes half a line: no line is lost, none is there twice, none runs into another', () => {
  const folder = createFolder()
  // Files may have 8 KiB: the write that reaches the limit is cut short by the kernel, the next one fails.
  const program = `
    process.on('SIGXFSZ', () => {})
    const { createJournal } = await import('./src/stats/journal.ts')
    const journal = createJournal({
      folder: ${JSON.stringify(folder)}, limitBytes: 1e9,
      onWritten() {}, onTrouble(trouble) { if (trouble) console.log(trouble) }, onDropped() {},
    })
    for (let n = 0; n < 300; n += 1) {
      journal.append('line ' + n + ' ' + 'x'.repeat(90) + '\\n')
      if (n % 7 === 0) journal.flush()
    }
    for (let tries = 0; journal.status().memoryBytes > 0 && tries < 20; tries += 1) journal.flush()
    journal.close()
  `
  const words = ['-c', 'ulimit -f 16; exec "$0" --input-type=module -e "$1"', process.execPath, program]
  expect(execFileSync('sh', words, { encoding: 'utf8' })).toContain('EFBIG')
  const numbers = listSegments(folder).flatMap(({ path }) =>
    readFileSync(path, 'utf8')
      .split('\n')
      // What has no end was given up for the same line in the next file.
      .slice(0, -1)
      .map((line) => Number(/^line (\d+) x{90}$/.exec(line)?.[1])),
  )
  expect(numbers).toEqual(Array.from({ length: 300 }, (_, n) => n))
})

test('strange files in the folder are let be', () => {
  const folder = createFolder()
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'notes.txt'), 'mine')
  chmodSync(join(folder, 'notes.txt'), 0o000)
  const { journal } = open(folder)
  expect(journal.status().backlogBytes).toBe(0)
  journal.close()
  expect(readdirSync(folder).sort()).toEqual(['notes.txt', 'sub'])
})
