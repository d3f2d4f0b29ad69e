import { expect, test } from 'vitest'
import type { EngineEvent } from '../engine/types.ts'
import type { Filter } from '../moderation/filter.ts'
import { createTextGate } from '../moderation/text-gate.ts'
import { createWordFinder } from '../moderation/word-finder.ts'
import { moderateChoice } from './moderate-choice.ts'

const usage = { promptTokens: 9, cachedTokens: 4, completionTokens: 12 }
const timings = { queueMs: 1, prefillMs: 2, decodeMs: 3 }
const finish: EngineEvent = { type: 'finish', reason: 'length', usage, timings }
const say = (text: string, tokens: number): EngineEvent => ({ type: 'text-delta', text, tokens })
const think = (text: string, tokens: number): EngineEvent => ({
  type: 'text-delta',
  text,
  tokens,
  reasoning: true,
})

async function run(action: 'redact' | 'block', events: EngineEvent[], replacement = '*') {
  const filter: Filter = {
    name: 'words',
    on: 'output',
    kind: 'spans',
    action,
    replacement,
    appliesTo: () => true,
    finders: [createWordFinder(['bad idea'], true)],
  }
  const left = { early: true }
  async function* source() {
    yield* events
    left.early = false
  }
  const flags: string[] = []
  const { signal } = new AbortController()
  const subject = { model: 'm', key: 'k', team: null }
  const open = () => createTextGate([filter], subject, { add: (flag) => void flags.push(flag) }, signal)
  const seen: EngineEvent[] = []
  for await (const event of moderateChoice(source(), open, 9)) seen.push(event)
  return { seen, left, flags }
}

test('tokens leave with their text, none twice and none too early', async () => {
  const { seen } = await run('redact', [
    say('a', 1),
    say(' ba', 2),
    say('d', 3),
    say(' idea', 4),
    say('!', 1),
    finish,
  ])
  expect(seen).toEqual([say('a', 1), say(' ', 0), say('*!', 10), finish])
})

test('tokens of a text that is taken out without a trace are in the usage', async () => {
  const { seen } = await run('redact', [say('bad', 2), say(' idea', 10), finish], '')
  expect(seen).toEqual([finish])
})

test('reasoning is looked at as a text of its own, and all of it leaves before the answer', async () => {
  const progress: EngineEvent = { type: 'prompt-progress', processed: 1, total: 9 }
  const { seen, flags } = await run('redact', [
    progress,
    think('a bad idea, a bad', 5),
    say(' idea is', 3),
    say(' a bad', 2),
    finish,
  ])
  expect(seen).toEqual([
    progress,
    think('a *, a ', 0),
    think('bad', 5),
    say(' idea is', 3),
    say(' a ', 0),
    say('bad', 2),
    finish,
  ])
  expect(flags).toEqual(['words'])
})

test('a block in the reasoning ends the choice', async () => {
  const { seen, left } = await run('block', [think('a bad idea ', 5), say('Yes', 3), finish])
  expect(seen).toEqual([
    think('a ', 5),
    {
      type: 'finish',
      reason: 'content-filter',
      usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 5 },
      timings: expect.objectContaining({ queueMs: 0 }) as never,
    },
  ])
  expect(left.early).toBe(true)
})

test('a block at the end keeps the engine’s usage and times', async () => {
  const { seen } = await run('block', [say('a bad idea', 12), finish])
  expect(seen).toEqual([say('a ', 0), { ...finish, reason: 'content-filter' }])
})

test('a choice that is cut off gives nothing that was not looked at to its end', async () => {
  const { seen } = await run('block', [say('so a bad', 3)])
  expect(seen).toEqual([say('so a ', 0)])
})
