import { expect, test } from 'vitest'
import { createBuiltInPrompts, createListedPrompts } from './prompts.ts'

const many = Array.from({ length: 500 }, (_, index) => index)

test('no two built-in prompts are alike, warm-up ones included, and they differ from the start', () => {
  const prompts = createBuiltInPrompts(7, 'abc')
  const texts = many.flatMap((index) => [prompts.at(index).text, prompts.warmUpAt(index).text])
  expect(new Set(texts).size).toBe(1000)
  expect(texts[0]).toMatch(/^\[abc-0\] .+\.$/)
})

test('a seed fixes where the set begins; a nonce makes each run new', () => {
  const subject = (seed: number, nonce: string) =>
    String(createBuiltInPrompts(seed, nonce).at(0).text).slice(5)
  expect(subject(3, 'aaa')).toBe(subject(3, 'bbb').replace('bbb', 'aaa'))
  expect(createBuiltInPrompts(3, 'aaa').at(0)).not.toEqual(createBuiltInPrompts(3, 'bbb').at(0))
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
  expect(prompts.warmUpAt(0).text).toContain('[abc-w0]')
  expect(prompts).toMatchObject({ source: 'file', distinct: 3, nonce: undefined })
})
