import { expect, test } from 'vitest'
import { createMatcher } from './patterns.ts'

test.each([
  [['pocket'], ['pocket'], ['pocket2', 'Pocket', '']],
  [['qwen*'], ['qwen', 'qwen2.5:0.5b', 'qwen/x'], ['my-qwen']],
  [['*-instruct'], ['a-instruct', '-instruct'], ['a-instruct-v2']],
  [['a*b*c'], ['abc', 'a1b2c', 'abbc'], ['ac', 'acb', 'ab']],
  [['ab*ba'], ['abba', 'ab-ba'], ['aba']],
  [['x', 'y*'], ['x', 'y', 'yy'], ['xx']],
  [['/v1/*'], ['/v1/chat/completions'], ['/v1', '/api/keys', '/v2/x']],
  // No other sign means anything.
  [
    ['a.c', '[ab]', 'a+'],
    ['a.c', '[ab]', 'a+'],
    ['abc', 'a', 'aa'],
  ],
])('%j', (patterns, good, bad) => {
  const matches = createMatcher(patterns)!
  expect(good.filter((name) => !matches(name))).toEqual([])
  expect(bad.filter((name) => matches(name))).toEqual([])
})

test('no patterns, and a lone star, allow everything', () => {
  expect(createMatcher([])).toBeUndefined()
  expect(createMatcher(['x', '*'])).toBeUndefined()
})

test('a pattern of many stars against a long name costs no more than reading both', () => {
  const matches = createMatcher([`${'*a'.repeat(2000)}*b`])!
  expect(matches('a'.repeat(100_000))).toBe(false)
})
