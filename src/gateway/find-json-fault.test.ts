import { expect, test } from 'vitest'
import { findJsonFault } from './find-json-fault.ts'

test.each([
  ['', 0],
  ['  ', 2],
  ['{', 1],
  ['{"a"', 4],
  ['{"a" 1}', 5],
  ['{"a":}', 5],
  ['{"a":1,}', 7],
  ['{"a":1 "b":2}', 7],
  ['{a:1}', 1],
  ["{'a':1}", 1],
  ['[1,]', 3],
  ['[1}', 2],
  ['{"a":[1,2}', 9],
  ['"abc', 4],
  ['"a\nb"', 2],
  [String.raw`"a\x"`, 2],
  [String.raw`"\u12"`, 1],
  ['truth', 0],
  ['1 2', 2],
  ['[01]', 2],
  ['{"a":1}}', 7],
])('%j goes wrong at %i', (text, position) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(findJsonFault(text).position).toBe(position)
})

test('counts lines and columns from one', () => {
  expect(findJsonFault('{\n  "a": oops\n}')).toEqual({ position: 9, line: 2, column: 8 })
})

test('a huge string or a deep nesting costs no stack', () => {
  expect(findJsonFault(`"${'x'.repeat(5_000_000)}`).position).toBe(5_000_001)
  expect(findJsonFault('['.repeat(500_000)).position).toBe(500_000)
})

test('walks through whatever is valid to the end', () => {
  const valid = JSON.stringify({ a: [1, -2.5e-3, 'x"\\\n€', null, true, {}], b: { c: [] } })
  expect(findJsonFault(`${valid}!`).position).toBe(valid.length)
})
