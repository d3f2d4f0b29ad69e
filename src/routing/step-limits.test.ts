import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '../errors.ts'
import { answering, openReplicaSet, readAll, start } from './open-replica-set.test-kit.ts'
import { createRetryBudget } from './retry-budget.ts'
import { createScriptedEngine, promptProgress, textDelta } from './scripted-replica.test-kit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const limits = { firstTokenMs: 1000, idleMs: 300 }

test('a worker without a first text in time is left for another, progress or not', async () => {
  const slow = createScriptedEngine()
  const { set, moves } = openReplicaSet([slow, answering('from b')], { limits })
  const reading = readAll(await start(set))
  await vi.advanceTimersByTimeAsync(900)
  slow.runs[0]!.events.push(promptProgress)
  await vi.advanceTimersByTimeAsync(100)
  expect(await reading).toContainEqual(textDelta('from b'))
  expect(moves).toEqual(['m: a -> b (timeout)'])
  expect(slow.status().busySlots, 'it was told to stop').toBe(0)
})

test('a worker that does not even stop is left too', async () => {
  const stuck = createScriptedEngine()
  const { set } = openReplicaSet([stuck, answering('from b')], { limits })
  const reading = readAll(await start(set))
  const run = stuck.runs[0]!
  run.events.end = () => undefined
  await vi.advanceTimersByTimeAsync(1000)
  expect(await reading).toContainEqual(textDelta('from b'))
})

test('where no other serves, the error says which limit it was', async () => {
  const { set } = openReplicaSet([createScriptedEngine()], { limits })
  const refused = expect(readAll(await start(set))).rejects.toMatchObject({
    code: 'timeout',
    status: 504,
    message: 'worker a gave no text within 1 s, which is first_token_timeout',
    details: { timeout: 'first_token_timeout', limit_ms: 1000 },
  })
  await vi.advanceTimersByTimeAsync(1000)
  await refused
})

test('a stall in mid-answer ends it with an error', async () => {
  const engine = createScriptedEngine()
  const { set, moves } = openReplicaSet([engine, answering('from b')], { limits })
  const events = await start(set)
  const first = events.next()
  await vi.advanceTimersByTimeAsync(0)
  engine.runs[0]!.events.push(textDelta('so'))
  expect((await first).value).toEqual(textDelta('so'))
  const second = expect(events.next()).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('stalled: nothing more came for 0.3 s, which is idle_timeout'),
  })
  await vi.advanceTimersByTimeAsync(300)
  await second
  expect(moves).toEqual([])
  expect(engine.status().busySlots).toBe(0)
})

test('pieces that keep coming are no stall, and neither is a reader that takes its time', async () => {
  const engine = createScriptedEngine()
  const { set } = openReplicaSet([engine], { limits })
  const events = await start(set)
  const next = async () => {
    const read = events.next()
    await vi.advanceTimersByTimeAsync(250)
    engine.runs[0]!.events.push(textDelta('on'))
    return (await read).value
  }
  for (let turn = 0; turn < 8; turn += 1) expect(await next()).toEqual(textDelta('on'))
  engine.runs[0]!.events.push(textDelta('and on'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect((await events.next()).value).toEqual(textDelta('and on'))
  await events.return?.()
})

test('no timer is left behind', async () => {
  const { set } = openReplicaSet([answering('done')], { limits })
  await readAll(await start(set))
  expect(vi.getTimerCount()).toBe(0)
})

test('a deadline is told on time where the worker does not let go', async () => {
  const stuck = createScriptedEngine()
  stuck.onLeave = () => undefined
  const { set } = openReplicaSet([stuck], { limits: { firstTokenMs: 0, idleMs: 0 } })
  const late = new AbortController()
  const reading = readAll(await start(set, late.signal))
  stuck.runs[0]!.events.end = () => undefined
  late.abort(new AppError('timeout', 'too late'))
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
})

test('without a budget a slow worker is an answer, and a lost one is still left', async () => {
  const slow = createScriptedEngine()
  const budget = createRetryBudget(0)
  const { set, moves } = openReplicaSet([slow, answering('from b')], { limits, budget })
  const reading = readAll(await start(set))
  const refused = expect(reading).rejects.toMatchObject({ code: 'timeout' })
  await vi.advanceTimersByTimeAsync(1000)
  await refused
  slow.onRun = (run) => run.events.end(new AppError('worker_lost', 'gone'))
  await readAll(await start(set))
  await readAll(await start(set))
  expect(moves).toContain('m: a -> b (worker_lost)')
})
