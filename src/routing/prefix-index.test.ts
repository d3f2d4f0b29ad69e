import { expect, test } from 'vitest'
import type { Message, Prompt } from '../engine/types.ts'
import { hashPrompt, measurePrompt } from './hash-prompt.ts'
import { createPrefixIndex } from './prefix-index.ts'

const text = (length: number, seed = 'a'): Prompt => ({
  kind: 'text',
  text: Array.from({ length: Math.ceil(length / 8) }, (_, index) => `${seed}${index}`.padEnd(8))
    .join('')
    .slice(0, length),
})
const chat = (...messages: Message[]): Prompt => ({ kind: 'chat', messages })
const system: Message = { role: 'system', text: 'You are kind. '.repeat(20) }
const user = (said: string): Message => ({ role: 'user', text: said.repeat(30) })

test('whole blocks only; each stands for everything before it', () => {
  expect(hashPrompt(text(127))).toEqual([])
  expect(hashPrompt(text(300))).toHaveLength(2)
  expect(hashPrompt(text(300)).slice(0, 1)).toEqual(hashPrompt(text(128)))
  const [first, second] = [hashPrompt(text(256, 'x')), hashPrompt(text(256))]
  expect(first[1]).not.toBe(second[1])
})

test('the whole conversation counts, not only its first message', () => {
  const one = hashPrompt(chat(system, user('tell me of rivers ')))
  const other = hashPrompt(chat(system, user('tell me of bridges ')))
  const shared = one.filter((block, index) => block === other[index]).length
  expect(shared).toBeGreaterThanOrEqual(2)
  expect(shared).toBeLessThan(one.length)
  const longer = hashPrompt(
    chat(system, user('tell me of rivers '), { role: 'assistant', text: 'They flow.' }),
  )
  expect(longer.slice(0, one.length - 1)).toEqual(one.slice(0, -1))
})

test('who says it, and where a turn ends, is part of it', () => {
  const said = 'x'.repeat(200)
  const hashes = [
    chat({ role: 'user', text: said }),
    chat({ role: 'assistant', text: said }),
    chat({ role: 'user', text: 'x' }, { role: 'user', text: said }),
    chat({ role: 'user', text: said, name: 'ann' }),
  ].map((prompt) => hashPrompt(prompt)[0])
  expect(new Set(hashes).size).toBe(4)
})

test('tool calls and tokens are hashed too', () => {
  const call = (argumentsJson: string) =>
    chat(
      { role: 'assistant', text: '', toolCalls: [{ id: '1', name: 'find', argumentsJson }] },
      user('and now '),
    )
  expect(hashPrompt(call('{"a":1}'))[0]).not.toBe(hashPrompt(call('{"a":2}'))[0])
  const tokens = Array.from({ length: 64 }, (_, index) => index)
  expect(hashPrompt({ kind: 'tokens', tokens })).toHaveLength(2)
  expect(hashPrompt({ kind: 'tokens', tokens: tokens.slice(0, 32) })).toEqual(
    hashPrompt({ kind: 'tokens', tokens }).slice(0, 1),
  )
})

test('of a prompt of megabytes only the start is hashed', () => {
  expect(hashPrompt({ kind: 'text', text: 'x'.repeat(4_000_000) })).toHaveLength(256)
  expect(hashPrompt(chat(...Array.from({ length: 1000 }, () => user('more '))))).toHaveLength(256)
})

test('measures what is hashed', () => {
  expect(measurePrompt(text(300))).toBe(300)
  expect(measurePrompt({ kind: 'tokens', tokens: [1, 2, 3] })).toBe(12)
  expect(measurePrompt(chat(system))).toBeGreaterThan(system.text.length)
})

test('knows who has served how much of a prompt', () => {
  const index = createPrefixIndex(100)
  index.record(1, hashPrompt(text(300)))
  expect(index.match(1, hashPrompt(text(1000)))).toBe(256)
  expect(index.match(2, hashPrompt(text(1000))), 'another engine').toBe(0)
  expect(index.match(1, hashPrompt(text(1000, 'x')))).toBe(0)
  index.record(2, hashPrompt(text(1000)))
  expect(index.match(2, hashPrompt(text(1000)))).toBe(896)
  expect(index.match(1, hashPrompt(text(1000)))).toBe(256)
})

test('forgets what was not used for long, and keeps what was', () => {
  const index = createPrefixIndex(16)
  const [kept, idle] = [hashPrompt(text(128, 'kept')), hashPrompt(text(128, 'idle'))]
  index.record(1, idle)
  for (let turn = 0; turn < 40; turn++) {
    index.record(1, kept)
    index.record(1, hashPrompt(text(128, `turn ${turn}`)))
  }
  expect(index.match(1, kept)).toBe(128)
  expect(index.match(1, idle)).toBe(0)
})
