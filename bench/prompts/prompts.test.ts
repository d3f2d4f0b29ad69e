import { expect, test } from 'vitest'
import { createBuiltInPrompts, createListedPrompts } from './prompts.ts'

const many = Array.from({ length: 500 }, (_, index) => index)

test('no two built-in prompts are alike, warm-up ones included, and they differ from the start', () => {
  const prompts = createBuiltInPrompts(7, 'abc')
  const texts = many.flatMap((index) => [
    String(prompts.at(index).text),
    String(prompts.warmUpAt(index).text),
  ])
  expect(new Set(texts).size).toBe(1000)
  // A shared beginning would be served from a prefix cache: four of the first five characters are spread.
  expect(new Set(texts.map((text) => text.slice(0, 5))).size).toBeGreaterThan(950)
  expect(texts[0]).toMatch(/^\[[0-9a-f]{4}-0\] .+\.$/)
  expect(texts[1]).toMatch(/^\[[0-9a-f]{4}-w0\] .+\.$/)
})

test('a seed fixes where the set begins; a nonce makes each run new', () => {
  const textOf = (seed: number, nonce: string) => String(createBuiltInPrompts(seed, nonce).at(0).text)
  const subject = (seed: number, nonce: string) => textOf(seed, nonce).replace(/^\[.*\] /, '')
  expect(subject(3, 'aaa')).toBe(subject(3, 'bbb'))
  expect(textOf(3, 'aaa')).not.toBe(textOf(3, 'bbb'))
  expect(subject(3, 'aaa')).not.toBe(subject(4, 'aaa'))
})

test('a list goes round; its warm-up is not from the list', () => {
  const list = ['one', 'two', 'three'].map((text) => ({ where: text, text, extra: {} }))
  const prompts = createListedPrompts('file', list, createBuiltInPrompts(1, 'abc'))
  expect(many.slice(0, 5).map((index) => prompts.at(index).text)).toEqual([
    'one',
    'two',
    'three',
    'one',
    'two',
  ])
  expect(prompts.warmUpAt(0).text).toMatch(/^\[[0-9a-f]{4}-w0\] /)
  expect(prompts).toMatchObject({ source: 'file', distinct: 3, nonce: undefined })
})
