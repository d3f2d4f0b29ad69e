import { expect, test } from 'vitest'
import { decodePromptSource, type PromptFlags } from './decode-prompt-source.ts'

test("vLLM's names and defaults", () => {
  expect(decodePromptSource({})).toEqual({ kind: 'built-in' })
  expect(decodePromptSource({ dataset: 'random' })).toEqual({
    kind: 'random', inputLen: 1024, outputLen: 128, rangeRatio: 0, prefixLen: 0, prefixes: 1,
  }) // prettier-ignore
  expect(decodePromptSource({ dataset: 'prefix_repetition' })).toMatchObject({ prefixLen: 256, prefixes: 10 })
  expect(decodePromptSource({ 'input-len': 5 })).toMatchObject({ kind: 'random', inputLen: 5 })
  expect(decodePromptSource({ dataset: 'sharegpt', 'dataset-path': 'f', 'output-len': 3 })).toEqual({
    kind: 'sharegpt',
    path: 'f',
    outputLen: 3,
  })
  expect(decodePromptSource({ dataset: 'custom', 'dataset-path': 'f' })).toEqual({ kind: 'file', path: 'f' })
  expect(decodePromptSource({ trace: 't' })).toEqual({ kind: 'trace', path: 't' })
})

test.each<[PromptFlags, string]>([
  [{ dataset: 'hf' }, '--dataset "hf" is not known'],
  [{ dataset: 'sharegpt' }, 'needs its file'],
  [{ dataset: 'random', prompts: 'f' }, 'name two sources'],
  [{ prompt: 'x', 'input-len': 5 }, '--input-len needs --dataset random'],
  [{ 'output-len': 5 }, '--output-len needs --dataset random'],
  [{ dataset: 'random', 'range-ratio': '2' }, 'a number from 0 to 1'],
  [{ 'dataset-path': 'f' }, '--dataset-path needs'],
])('%j is refused', (flags, message) => {
  expect(() => decodePromptSource(flags)).toThrow(message)
})
