import { PassThrough, Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from '../log.ts'
import { forwardLine, lastWords } from './forward-line.ts'
import { readLines } from './read-lines.ts'

function forward(line: string): Record<string, unknown> | undefined {
  const written: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk))
      done()
    },
  })
  forwardLine(createLog('info', destination).child({ worker: 'w' }), line)
  return written[0] === undefined ? undefined : (JSON.parse(written[0]) as Record<string, unknown>)
}

test("pino's lines keep level, message and fields, and get the worker's name", () => {
  const line = '{"level":40,"time":"2026-01-01","pid":7,"event":"host.slow","msg":"slow step"}'
  expect(forward(line)).toMatchObject({
    level: 40,
    event: 'host.slow',
    msg: 'slow step',
    worker: 'w',
    pid: process.pid,
  })
})

test.each([
  ['{"level":"WARNING","message":"low memory"}', 40],
  ['{"level":"CRITICAL","message":"x"}', 60],
  ['{"level":"noise","message":"x"}', 30],
  ['{"level":99,"msg":"x"}', 30],
  ['{"level":null}', 30],
])('%s', (line, level) => {
  expect(forward(line)).toMatchObject({ level })
})

test('what native code prints is for who looks closely', () => {
  expect(forward('llama_model_loader: loaded meta data')).toBeUndefined()
  expect(forward('{not json')).toBeUndefined()
})

test.each([
  [['ggml_abort: out of memory', '#0 0x1 in main', '#1 0x2 in start'], 'ggml_abort: out of memory'],
  [['one', 'two'], 'two'],
  [['{"level":30,"msg":"an error was avoided"}'], undefined],
  [['{"level":60,"msg":"no such device"}', '{"level":30,"msg":"bye"}'], 'no such device'],
  [[], undefined],
])('the last words of %j', (lines, words) => {
  expect(lastWords(lines)).toBe(words)
})

test('lines are whole, whatever the pieces', async () => {
  const stream = new PassThrough()
  const lines: string[] = []
  readLines(stream, (line) => lines.push(line))
  const bytes = Buffer.from('größe\r\n\n水門 opens\nlast')
  for (const byte of bytes) stream.write(Buffer.of(byte))
  stream.end()
  await new Promise((resolve) => stream.once('close', resolve))
  expect(lines).toEqual(['größe', '水門 opens', 'last'])
})
