import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import { createReplicaSet } from './replica-set.ts'
import {
  createScriptedEngine,
  createScriptedReplica,
  promptProgress,
  textDelta,
  textRequest,
} from './scripted-replica.test-kit.ts'

const never = new AbortController().signal
const lost = new AppError('worker_lost', 'the worker is gone')

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(engine?: Engine) {
  const replica = createScriptedReplica('a', engine)
  const set = createReplicaSet('m', { waitMs: 10_000 })
  set.add(replica)
  return { set, replica }
}

const begin = async (engine: Engine, signal = never) =>
  (await engine.prepare(textRequest())).generate(0, signal)[Symbol.asyncIterator]()

/** How a promise stands after everything that needs no time has happened. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  let state: 'pending' | 'resolved' | 'rejected' = 'pending'
  promise.then(
    () => (state = 'resolved'),
    () => (state = 'rejected'),
  )
  await vi.advanceTimersByTimeAsync(0)
  return state
}

test('waits for a replica to come, or to come back', async () => {
  const { set, replica } = open()
  const first = set.prepare(textRequest())
  expect(await stateOf(first)).toBe('pending')
  const engine = createScriptedEngine()
  replica.become('serving', { engine })
  const events = (await first).generate(0, never)[Symbol.asyncIterator]()
  const reading = events.next()
  replica.become('starting', { engine: undefined })
  engine.runs[0]!.events.end(lost)
  expect(await stateOf(reading)).toBe('pending')
  const next = createScriptedEngine()
  next.onRun = (run) => run.answer('back')
  replica.become('serving', { engine: next })
  expect((await reading).value).toEqual(textDelta('back'))
})

test('a set that is empty for a moment waits too', async () => {
  const set = createReplicaSet('m')
  const preparing = set.prepare(textRequest())
  set.add(createScriptedReplica('a', createScriptedEngine()))
  expect((await preparing).promptTokens).toBe(1)
})

test('the wait has an end, and says what each worker is doing', async () => {
  const { set, replica } = open()
  set.add(createScriptedReplica('b'))
  replica.become('draining')
  const refused = expect(set.prepare(textRequest())).rejects.toMatchObject({
    code: 'worker_lost',
    status: 503,
    message: 'no worker serves m at the moment: a is draining, b is starting',
    retryAfterMs: 5000,
  })
  await vi.advanceTimersByTimeAsync(10_000)
  await refused
})

test('nobody waits for workers that have given up', async () => {
  const { set, replica } = open()
  const waiting = expect(set.prepare(textRequest())).rejects.toThrow('a is out of service (no memory)')
  replica.become('failed', { lastError: new AppError('insufficient_memory', 'no memory') })
  await waiting
  await expect(set.prepare(textRequest())).rejects.toThrow('a is out of service (no memory)')
})

test('a worker that is well although a call was lost is asked again', async () => {
  const engine = createScriptedEngine()
  const { set } = open(engine)
  const events = await begin(set)
  const reading = events.next()
  engine.onRun = (run) => run.answer('second')
  engine.runs[0]!.events.end(lost)
  expect(await stateOf(reading)).toBe('pending')
  await vi.advanceTimersByTimeAsync(1000)
  expect((await reading).value).toEqual(textDelta('second'))
})

test('an abort ends the wait', async () => {
  const { set, replica } = open(createScriptedEngine())
  const abort = new AbortController()
  const events = await begin(set, abort.signal)
  replica.become('starting', { engine: undefined })
  const reading = events.next()
  expect(await stateOf(reading)).toBe('pending')
  abort.abort()
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  expect(vi.getTimerCount()).toBe(0)
})

test('closing ends the wait of those who prepare', async () => {
  const { set } = open()
  const preparing = set.prepare(textRequest())
  const refused = expect(preparing).rejects.toMatchObject({ code: 'engine_failed' })
  await set.close()
  await refused
  expect(vi.getTimerCount()).toBe(0)
})

test('left before it began: no engine has heard of it', async () => {
  const engine = createScriptedEngine()
  const { set } = open(engine)
  const events = await begin(set)
  await events.return?.()
  expect(await events.next()).toEqual({ done: true, value: undefined })
  expect(engine.runs).toEqual([])
})

test('left while it waits for a replica', async () => {
  const { set, replica } = open(createScriptedEngine())
  const events = await begin(set)
  replica.become('starting', { engine: undefined })
  const reading = events.next()
  expect(await stateOf(reading)).toBe('pending')
  await events.return?.()
  expect(await reading).toEqual({ done: true, value: undefined })
  expect(vi.getTimerCount()).toBe(0)
  const engine = createScriptedEngine()
  replica.become('serving', { engine })
  expect(engine.prepared).toEqual([])
})

test('left while it is prepared on the next replica: it never starts there', async () => {
  const engine = createScriptedEngine()
  const { set, replica } = open(engine)
  const events = await begin(set)
  const next = createScriptedEngine()
  const preparing = Promise.withResolvers<void>()
  next.onPrepare = () => preparing.promise
  replica.become('serving', { engine: next })
  const reading = events.next()
  await events.return?.()
  expect(await reading).toEqual({ done: true, value: undefined })
  preparing.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(next.runs).toEqual([])
})

test.each(['while a read waits', 'between reads'])(
  'left after a move %s: leaving resolves when the engine has let go',
  async (when) => {
    const engine = createScriptedEngine()
    const { set, replica } = open(engine)
    const events = await begin(set)
    const first = events.next()
    const next = createScriptedEngine()
    next.onRun = (run) => run.events.push(promptProgress)
    next.onLeave = () => undefined
    replica.become('serving', { engine: next })
    engine.runs[0]!.events.end(lost)
    expect((await first).value).toEqual(promptProgress)
    const reading = when === 'between reads' ? undefined : events.next()
    const leaving = events.return!()
    const [run] = next.runs
    if (reading === undefined) {
      expect(await stateOf(leaving)).toBe('pending')
      run!.events.end()
    }
    await leaving
    expect(next.status().busySlots).toBe(0)
    if (reading) expect(await reading).toEqual({ done: true, value: undefined })
  },
)

test('reads that overlap are answered in order', async () => {
  const engine = createScriptedEngine()
  const { set } = open(engine)
  const events = await begin(set)
  const reads = [events.next(), events.next(), events.next(), events.next()]
  engine.runs[0]!.answer('one')
  const kinds = (await Promise.all(reads)).map(({ value }) => (value as { type?: string } | undefined)?.type)
  expect(kinds).toEqual(['text-delta', 'finish', undefined, undefined])
})
