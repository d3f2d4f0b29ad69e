import { appendFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatLogLine } from './format-log-line.ts'
import { followFile, lastLines } from './log-lines.ts'

const file = () => join(mkdtempSync(join(tmpdir(), 'sluice-log-')), 'daemon.log')

test('the last lines of a file larger than a block', async () => {
  const path = file()
  const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'x'.repeat(30)}`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  expect((await lastLines(path, 3000)).lines).toEqual(lines.slice(-3000))
  expect((await lastLines(path, 9000)).lines).toEqual(lines)
  expect((await lastLines(path, 0)).lines).toEqual([])
})

test('no log yet is said in words', async () => {
  await expect(lastLines(file(), 5)).rejects.toMatchObject({ code: 'not_found' })
})

test('following goes on after a rotation and prints whole lines only', async () => {
  const path = file()
  writeFileSync(path, 'old\n')
  const stop = new AbortController()
  const seen: string[] = []
  const next = (count: number) =>
    new Promise<void>((resolve) => {
      const check = () => (seen.length >= count ? resolve() : setTimeout(check, 5))
      check()
    })
  const following = followFile(path, 4, (line) => void seen.push(line), stop.signal)
  appendFileSync(path, 'one\ntw')
  await next(1)
  appendFileSync(path, 'o\n')
  await next(2)
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'x\n')
  await next(3)
  stop.abort()
  await following
  expect(seen).toEqual(['one', 'two', 'x'])
})

test('a log line for eyes', () => {
  const line = JSON.stringify({
    level: 30,
    time: '2026-01-01T00:00:00Z',
    pid: 1,
    msg: 'request',
    path: '/v1',
    status: 200,
  })
  expect(formatLogLine(line)).toBe('2026-01-01T00:00:00Z info  request path=/v1 status=200')
  expect(formatLogLine('plain text')).toBe('plain text')
  expect(formatLogLine('42')).toBe('42')
})
