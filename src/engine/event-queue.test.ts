import { expect, test } from 'vitest'
import { EventQueue } from './event-queue.ts'
import type { EngineEvent } from './types.ts'

const delta = (text: string): EngineEvent => ({ type: 'text-delta', text, tokens: 1 })
const finish: EngineEvent = {
  type: 'finish',
  reason: 'stop',
  usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 1 },
  timings: { queueMs: 0, prefillMs: 0, decodeMs: 0 },
}
const nothing = () => {}

test('a reader that waits gets each event as it comes', async () => {
  const queue = new EventQueue(nothing)
  const first = queue.next()
  const second = queue.next()
  queue.push(delta('a'))
  queue.push(delta('b'))
  expect([await first, await second].map(({ value }) => value)).toEqual([delta('a'), delta('b')])
})

test('text that nobody has read yet is merged; other events keep their place', async () => {
  const queue = new EventQueue(nothing)
  const progress: EngineEvent = { type: 'prompt-progress', processed: 1, total: 1 }
  for (const event of [progress, delta('a'), delta('b'), finish]) queue.push(event)
  queue.end()
  const seen = []
  for await (const event of queue) seen.push(event)
  expect(seen).toEqual([progress, { type: 'text-delta', text: 'ab', tokens: 2 }, finish])
})

test('an error comes after what was pushed before it, and once', async () => {
  const queue = new EventQueue(nothing)
  queue.push(delta('a'))
  queue.end(new Error('broken'))
  expect((await queue.next()).value).toEqual(delta('a'))
  await expect(queue.next()).rejects.toThrow('broken')
  expect(await queue.next()).toEqual({ done: true, value: undefined })
})

test('a waiting reader is told of the error', async () => {
  const queue = new EventQueue(nothing)
  const waiting = queue.next()
  queue.end(new Error('broken'))
  await expect(waiting).rejects.toThrow('broken')
})

test('leaving early tells the engine and resolves when the engine has let go', async () => {
  const steps: string[] = []
  const queue = new EventQueue(() => steps.push('leave'))
  const leaving = queue.return().then(() => steps.push('left'))
  queue.push(delta('late'))
  await Promise.resolve()
  steps.push('end')
  queue.end(new Error('cancelled'))
  await leaving
  expect(steps).toEqual(['leave', 'end', 'left'])
  expect(await queue.next()).toEqual({ done: true, value: undefined })
})
