import { expect, test } from 'vitest'
import type { ChatTemplate } from './chat-template.ts'
import { assertTokens, encodePrompt, type Tokenizer } from './prompt.ts'

const bos = 1
/** One token per character, and how often it was asked. */
function create(change: Partial<Tokenizer> = {}) {
  const asked: string[] = []
  const tokenizer: Tokenizer = {
    tokenize(text) {
      asked.push(text)
      return Uint32Array.from(text, (character) => character.codePointAt(0)!)
    },
    vocabularySize: 256,
    contextLength: 32,
    longestToken: 4,
    bosToken: bos,
    chatTemplate: () => undefined,
    ...change,
  }
  return { tokenizer, asked }
}
const text = (content: string) => ({ kind: 'text' as const, text: content })
const chat = { kind: 'chat' as const, messages: [{ role: 'user' as const, text: 'hi' }] }
const writes = (rendered: string) => (): ChatTemplate => ({ render: () => rendered })

test('the start token is there once, whoever writes it', () => {
  expect([...encodePrompt(text('a'), create().tokenizer)]).toEqual([bos, 97])
  expect([...encodePrompt(text('\u0001a'), create().tokenizer)]).toEqual([bos, 97])
  expect([...encodePrompt(text('a'), create({ bosToken: undefined }).tokenizer)]).toEqual([97])
  const templated = create({ chatTemplate: writes('\u0001hi') }).tokenizer
  expect([...encodePrompt(chat, templated)]).toEqual([bos, 104, 105])
  expect([...encodePrompt({ kind: 'tokens', tokens: [97] }, create().tokenizer)]).toEqual([97])
})

test('an empty prompt is refused, unless the start token makes it one', () => {
  const empty = expect.objectContaining({ code: 'invalid_request' })
  expect(() => encodePrompt(text(''), create({ bosToken: undefined }).tokenizer)).toThrow(empty)
  expect(() => encodePrompt({ kind: 'tokens', tokens: [] }, create().tokenizer)).toThrow(empty)
  expect([...encodePrompt(text(''), create().tokenizer)]).toEqual([bos])
})

test('the answer needs room for one token', () => {
  expect(encodePrompt(text('x'.repeat(30)), create().tokenizer)).toHaveLength(31)
  expect(() => encodePrompt(text('x'.repeat(31)), create().tokenizer)).toThrow(
    expect.objectContaining({
      code: 'context_length_exceeded',
      details: { n_prompt_tokens: 32, n_ctx: 32 },
      message: expect.stringContaining('has 32 tokens and the context holds 32'),
    }),
  )
})

test('a text that cannot fit is refused without tokenizing it', () => {
  const { tokenizer, asked } = create()
  expect(() => encodePrompt(text('x'.repeat(32 * 4)), tokenizer)).toThrow(/at least 32 tokens/)
  expect(asked).toEqual([])
})

test('a model without a chat template points to completions', () => {
  expect(() => encodePrompt(chat, create().tokenizer)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('/v1/completions') }),
  )
})

test('token ids outside the vocabulary are named', () => {
  for (const token of [-1, 256, 0.5, Number.NaN]) {
    expect(() => assertTokens([3, token], 256, 'prompt')).toThrow(
      new RegExp(`^prompt: ${token} is not a token`),
    )
  }
})
