import { expect, test } from 'vitest'
import { createLineParser } from './line-parser.ts'

const bytes = Buffer.from('{"a":"€"}\r\n\n{"b":"🙂"}\n{"c":1}')

test('the same lines, however the bytes are cut; the last one needs no end', () => {
  for (let at = 0; at <= bytes.length; at += 1) {
    const lines: string[] = []
    const parser = createLineParser((line) => lines.push(line))
    parser.push(bytes.subarray(0, at))
    parser.push(bytes.subarray(at))
    parser.end()
    expect(lines).toEqual(['{"a":"€"}', '{"b":"🙂"}', '{"c":1}'])
  }
})

test('what is kept of a line is a copy: the socket may use its memory again', () => {
  const lines: string[] = []
  const parser = createLineParser((line) => lines.push(line))
  const piece = Buffer.from('begin')
  parser.push(piece)
  piece.fill('x')
  parser.push(Buffer.from(' end\n'))
  expect(lines).toEqual(['begin end'])
})

test('a line without end does not fill the memory', () => {
  const parser = createLineParser(() => {})
  const piece = Buffer.alloc(1024 * 1024, 'a')
  expect(() => {
    for (let count = 0; count < 5; count += 1) parser.push(piece)
  }).toThrow('more than')
})
