import { expect, test } from 'vitest'
import { endpointNames, endpoints } from '../endpoints/registry.ts'
import { mergeBody } from '../endpoints/merge-body.ts'
import { addSampling, assertNotOwned, decodeExtraBody } from './decode-extra-body.ts'
import { takeSampling } from './take-sampling.ts'

test('JSON and name:value pairs are put together', () => {
  expect(decodeExtraBody(['{"top_k": 20, "a": {"b": [1]}}', 'user:me stop:"x"', 'flag:True', 'url:http://a'])).toEqual({
    top_k: 20, a: { b: [1] }, user: 'me', stop: 'x', flag: true, url: 'http://a',
  }) // prettier-ignore
  expect(decodeExtraBody(undefined)).toEqual({})
})

test.each([
  ['{"a":', 'not JSON'],
  ['nothing', 'neither a JSON object nor name:value'],
  ['[1]', 'neither a JSON object nor name:value'],
  [`{"a":"${'x'.repeat(70_000)}"}`, 'longer than 64 KiB'],
  ['{"__proto__": 1}', 'is no name of a field'],
])('%s is refused', (text, reason) => {
  expect(() => decodeExtraBody([text])).toThrow(reason)
})

test('the same field twice', () => {
  expect(() => decodeExtraBody(['a:1', '{"a":2}'])).toThrow('"a" is given twice')
})

test.each([
  [{ stream: false }, 'use --no-stream'],
  [{ messages: [] }, 'use --prompts'],
  [{ model: 'x' }, 'use --model'],
  [{ options: { num_predict: 4 } }, 'use --max-tokens'],
  [{ n: 2 }, '"n" must be 1'],
])('%o would change what is measured', (body, reason) => {
  expect(() => assertNotOwned(body)).toThrow(reason)
})

const none = {
  'ignore-eos': false, 'max-tokens': undefined, 'min-tokens': undefined, temperature: undefined, seed: undefined,
} // prettier-ignore

test('fields that have a flag of ours become that flag, unless both are given', () => {
  const { flags, body } = takeSampling(
    { ignore_eos: true, min_tokens: 9, temperature: 0, top_k: 1 },
    { ...none },
  )
  expect(flags).toEqual({ ...none, 'ignore-eos': true, 'min-tokens': 9, temperature: '0' })
  expect(body).toEqual({ top_k: 1 })
  expect(() => takeSampling({ max_tokens: 5 }, { ...none, 'max-tokens': 6 })).toThrow('both given')
  expect(() => takeSampling({ min_tokens: 'many' }, none)).toThrow('whole number')
  expect(() => takeSampling({ ignore_eos: 'yes' }, none)).toThrow('true or false')
})

test('sampling flags go where the endpoint has them', () => {
  const flags = { 'top-p': '0.9', 'repetition-penalty': '1.1' }
  expect(addSampling({ a: 1 }, flags, 'chat')).toEqual({ a: 1, top_p: 0.9, repetition_penalty: 1.1 })
  expect(addSampling({ options: { mirostat: 1 } }, flags, 'ollama-chat')).toEqual({
    options: { mirostat: 1, top_p: 0.9, repeat_penalty: 1.1 },
  })
  expect(() => addSampling({ top_p: 1 }, flags, 'chat')).toThrow('both are given')
  expect(() => addSampling({}, { 'top-p': 'high' }, 'chat')).toThrow('--top-p must be a number')
})

test.each(endpointNames)('the body of %s gets the fields and keeps its own', (name) => {
  const settings = {
    model: 'm', stream: true, includeUsage: true, maxTokens: 9, temperature: undefined, seed: 3, ignoreEos: false,
  } // prettier-ignore
  const prompt = { where: 'p', text: 'hi', extra: {} }
  const plain = endpoints[name].encodeBody(prompt, settings)
  const merged = mergeBody(plain, { top_k: 20, options: { mirostat: 1 } }) as Record<string, unknown>
  expect(merged).toMatchObject({ ...plain, top_k: 20, options: { mirostat: 1 } })
  expect(mergeBody(plain, undefined)).toBe(plain)
})
