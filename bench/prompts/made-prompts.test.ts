import { expect, test } from 'vitest'
import type { Calibration, RandomSource } from '../options.ts'
import { fitCalibration, fitWords, unitsFor } from './calibration.ts'
import { createBuiltInPrompts } from './prompts.ts'
import { createRandomPrompts } from './random-prompts.ts'
import { createShareGptPrompts } from './sharegpt-prompts.ts'
import { decodeShareGpt } from './sharegpt.ts'
import { decodeTrace } from './trace-file.ts'
import { createTracePrompts } from './trace-prompts.ts'

const exact: Calibration = { by: 'usage', overhead: 10, perUnit: 1, words: ['a', 'b', 'c', 'd', 'e', 'f'] }
const source: RandomSource = {
  kind: 'random', inputLen: 60, outputLen: 20, rangeRatio: 0.5, prefixLen: 0, prefixes: 1, calibration: exact,
} // prettier-ignore
const many = Array.from({ length: 200 }, (_, index) => index)
const wordsOf = (text: unknown): string[] => String(text).split(' ')

test('random prompts have the length that was asked for, template included, and spread as asked', () => {
  const prompts = createRandomPrompts(source, 7, 'abc')
  const lengths = many.map((index) => wordsOf(prompts.at(index).text).length + exact.overhead)
  expect(lengths).toEqual(many.map((index) => prompts.lengthAt!(index)))
  expect(Math.min(...lengths)).toBeGreaterThanOrEqual(30)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(90)
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
  expect(Math.abs(mean - 60)).toBeLessThan(4)
  const limits = many.map((index) => prompts.at(index).maxTokens!)
  expect(Math.min(...limits)).toBeGreaterThanOrEqual(10)
  expect(Math.max(...limits)).toBeLessThanOrEqual(30)
})

test('the seed fixes lengths, the nonce the words: another run finds no cache, and threads draw alike', () => {
  const [one, again, other] = ['abc', 'abc', 'xyz'].map((nonce) => createRandomPrompts(source, 7, nonce))
  expect(one!.at(3)).toEqual(again!.at(3))
  expect(other!.at(3).text).not.toBe(one!.at(3).text)
  expect(many.map((index) => other!.lengthAt!(index))).toEqual(many.map((index) => one!.lengthAt!(index)))
  expect(one!.warmUpAt(3).text).not.toBe(one!.at(3).text)
})

test('prefixes are shared by those who should, and by no warm-up', () => {
  const shared = { ...source, prefixLen: 30, prefixes: 3, rangeRatio: 0 }
  const prompts = createRandomPrompts(shared, 7, 'abc')
  const beginning = (text: unknown): string => wordsOf(text).slice(0, 30).join(' ')
  const measured = new Set(many.map((index) => beginning(prompts.at(index).text)))
  expect(measured.size).toBe(3)
  expect(measured.has(beginning(prompts.warmUpAt(0).text))).toBe(false)
  expect(wordsOf(prompts.at(0).text)).toHaveLength(30 + 60 - exact.overhead)
})

test('words that the tokenizer cuts are left out; where most are cut alike, their count is used', () => {
  const counts = (per: (index: number) => number): [string, number][] =>
    Array.from({ length: 10 }, (_, index) => [`w${index}`, 5 + 16 * per(index)])
  const settings = { by: 'usage', repeats: 16, overhead: 5 } as const
  const whole = fitWords(
    counts((index) => (index < 7 ? 1 : 2)),
    settings,
  )
  expect(whole).toMatchObject({ perUnit: 1, overhead: 5 })
  expect(whole!.words).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6'])
  expect(
    fitWords(
      counts((index) => (index < 2 ? 1 : 3)),
      settings,
    )?.words,
  ).toHaveLength(8)
  expect(
    fitWords(
      counts((index) => 1 + index / 4),
      settings,
    )?.perUnit,
  ).toBeCloseTo(2.125)
})

test('a line is laid through the probes; counts that do not rise give none', () => {
  const fit = fitCalibration([{ units: 10, tokens: 25 }, { units: 30, tokens: 65 }], 'usage') // prettier-ignore
  expect(fit).toEqual({ by: 'usage', perUnit: 2, overhead: 5 })
  expect(unitsFor(105, fit!)).toBe(50)
  expect(unitsFor(1, fit!)).toBe(1)
  expect(fitCalibration([{ units: 10, tokens: 12 }, { units: 30, tokens: 12 }], 'usage')).toBeUndefined() // prettier-ignore
})

test('ShareGPT: questions with answers, in the order of the seed; the answer says how long', () => {
  const turn = (from: string, value: string) => ({ from, value })
  const text = JSON.stringify([
    { conversations: [turn('human', 'first question of many'), turn('gpt', 'a'.repeat(80)), turn('human', 'second question'), turn('gpt', 'b'.repeat(40))] },
    { conversations: [turn('gpt', 'an answer to nothing'), turn('human', 'a question'.repeat(4)), turn('gpt', 'c'.repeat(60))] },
    { conversations: [turn('human', 'nobody answers')] },
    { conversations: [turn('human', 'x'), turn('gpt', 'y')] },
  ]) // prettier-ignore
  const all = decodeShareGpt(text, 'f.json')
  expect(all.map((turns) => turns.length)).toEqual([2, 1, 1])
  const prompts = createShareGptPrompts(
    all,
    { kind: 'sharegpt', path: 'f.json' },
    createBuiltInPrompts(7, 'abc'),
  )
  // `x` is too short to tell anything.
  expect(prompts.distinct).toBe(2)
  expect(prompts.note).toContain('2 conversations of 3 in the file')
  const long = [0, 1].find((index) => prompts.turnAt!(index, 1) !== undefined)!
  expect(prompts.turnAt!(long, 0)).toMatchObject({ maxTokens: 20 })
  expect(prompts.turnAt!(long, 0)!.text).toMatch(/^\[[0-9a-f]{4}\] first question/)
  expect(prompts.turnAt!(long, 1)).toMatchObject({ text: 'second question', maxTokens: 10 })
  expect(prompts.turnAt!(long, 2)).toBeUndefined()
  expect(prompts.at(long).text).not.toBe(prompts.at(long + 2).text)
  expect(() => decodeShareGpt('{"a":1', 'f.json')).toThrow('f.json: not JSON')
  expect(() => decodeShareGpt('{"a":1}', 'f.json')).toThrow('expected a list')
})

test('a trace: in order of time, ids that are shared are words that are shared', () => {
  const lines = [
    { timestamp: 2000, input_length: 1100, output_length: 5, hash_ids: [1, 2, 4] },
    { timestamp: 1000, input_length: 1100, output_length: 7, hash_ids: [1, 2, 3] },
    { timestamp: 3000, prompt: 'as it was', output_length: 3 },
  ]
  const entries = decodeTrace(lines.map((line) => JSON.stringify(line)).join('\n'), 't.jsonl')
  const prompts = createTracePrompts(
    entries,
    { kind: 'trace', path: 't', calibration: exact },
    createBuiltInPrompts(7, 'abc'),
  )
  const [first, second] = [wordsOf(prompts.at(0).text), wordsOf(prompts.at(1).text)]
  expect(first).toHaveLength(1090)
  expect(second.slice(0, 1024)).toEqual(first.slice(0, 1024))
  expect(second.slice(1024)).not.toEqual(first.slice(1024))
  expect(prompts.at(0).maxTokens).toBe(7)
  expect(prompts.at(2)).toMatchObject({ text: 'as it was', maxTokens: 3 })
  expect(prompts.lengthAt!(2)).toBeUndefined()
})

test.each([
  ['{"input_length":5}', '"timestamp" must be a number'],
  ['{"timestamp":1,"input_length":0}', '"input_length" must be a whole number'],
  ['{"timestamp":1,"input_length":5,"output_length":"9"}', '"output_length" must be a whole number'],
  ['{"timestamp":1}', 'expected {"prompt"'],
])('the trace line %s is refused with its number', (line, message) => {
  expect(() => decodeTrace(`\n${line}`, 't.jsonl')).toThrow(`t.jsonl:2: ${message}`)
})
