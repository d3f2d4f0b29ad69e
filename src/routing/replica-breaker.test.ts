import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError, type ErrorCode } from '../errors.ts'
import type { BreakerRules } from './breaker.ts'
import { answering, failing, never, openReplicaSet, readAll, start } from './open-replica-set.test-kit.ts'
import { createScriptedEngine, finish, textDelta } from './scripted-replica.test-kit.ts'

const breaker: BreakerRules = {
  failures: 2,
  rate: 0.5,
  minimumCalls: 100,
  windowMs: 60_000,
  openMs: 10_000,
  longestOpenMs: 60_000,
}
/** Nothing varies: the middle of the jitter. */
beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function openGuarded(engines: Parameters<typeof openReplicaSet>[0]) {
  const events: string[] = []
  const opened = openReplicaSet(engines, {
    breaker,
    onBreaker: ({ worker, change }) => events.push(`${worker} ${change.state}`),
  })
  const ask = async () => readAll(await start(opened.set))
  return { ...opened, events, ask }
}

test('a replica that keeps failing is left alone while another serves, and then tried with one request', async () => {
  const bad = failing('engine_failed')
  const good = answering('fine')
  const { set, replicas, ask, events } = openGuarded([bad, good])
  replicas[1]!.become('starting')
  for (let turn = 0; turn < 2; turn += 1) await expect(ask()).rejects.toMatchObject({ code: 'engine_failed' })
  expect(set.breaker('a')).toMatchObject({ state: 'open', retryInMs: 10_000 })
  expect([set.openSlots(), set.status().slots]).toEqual([0, 4])
  replicas[1]!.become('serving')
  expect(set.openSlots()).toBe(4)
  for (let turn = 0; turn < 6; turn += 1) expect(await ask()).toContainEqual(textDelta('fine'))
  expect(bad.runs).toHaveLength(2)
  replicas[1]!.become('draining')
  vi.advanceTimersByTime(10_000)
  bad.onRun = (run) => run.answer('well again')
  expect(await ask()).toContainEqual(textDelta('well again'))
  expect(events).toEqual(['a open', 'a half-open', 'a closed'])
})

test('where all are open, a request is refused at once and told when to come again', async () => {
  const { ask, set } = openGuarded([failing('engine_failed'), failing('internal_error')])
  for (let turn = 0; turn < 4; turn += 1) await expect(ask()).rejects.toThrow('it is')
  vi.advanceTimersByTime(4000)
  await expect(ask()).rejects.toMatchObject({
    code: 'circuit_open',
    status: 503,
    retryAfterMs: 6000,
    message: expect.stringMatching(
      /m takes no requests.*a has failed repeatedly \(it is engine_failed\).*6 s/,
    ),
    details: { workers: 'a, b' },
  })
  await expect(set.embed ?? set.tokenize('x')).rejects.toMatchObject({ code: 'circuit_open' })
})

test('half-open, of many requests in the same moment one goes through', async () => {
  const engine = failing('engine_failed')
  const { ask } = openGuarded([engine])
  for (let turn = 0; turn < 2; turn += 1) await expect(ask()).rejects.toThrow('it is')
  vi.advanceTimersByTime(10_000)
  engine.onRun = () => undefined
  const asked = Array.from({ length: 20 }, () => ask().catch((cause: AppError) => cause.code))
  await expect.poll(() => engine.runs).toHaveLength(3)
  engine.runs[2]!.answer('alone')
  const answers = await Promise.all(asked)
  expect(answers.filter((each) => each === 'circuit_open')).toHaveLength(19)
  expect(answers.find((each) => each !== 'circuit_open')).toContainEqual(textDelta('alone'))
  expect(
    await Promise.all([1, 2].map(() => ((engine.onRun = (run) => run.answer('x')), ask()))),
  ).toHaveLength(2)
})

test('a probe whose caller leaves gives its place to the next, and so does one that was never read', async () => {
  const engine = failing('engine_failed')
  const { set, ask } = openGuarded([engine])
  for (let turn = 0; turn < 2; turn += 1) await expect(ask()).rejects.toThrow('it is')
  vi.advanceTimersByTime(10_000)
  engine.onRun = () => undefined
  const leave = new AbortController()
  const reading = readAll(await start(set, leave.signal))
  leave.abort(new AppError('cancelled', 'gone'))
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  expect(set.breaker('a')).toMatchObject({ state: 'half-open', retryInMs: 0 })
  await start(set)
  const left = await start(set)
  void left.next()
  await left.return?.()
  engine.onRun = (run) => run.answer('at last')
  expect(await ask()).toContainEqual(finish)
  expect(set.breaker('a')?.state).toBe('closed')
})

test.each<ErrorCode>([
  'invalid_request',
  'context_length_exceeded',
  'unsupported_parameter',
  'queue_full',
  'overloaded',
  'draining',
  'cancelled',
  'model_not_found',
])('%s says nothing about the worker', async (code) => {
  const { ask, set } = openGuarded([failing(code)])
  for (let turn = 0; turn < 5; turn += 1) {
    const refused = expect(ask()).rejects.toBeInstanceOf(AppError)
    // A worker that drains is waited for.
    await vi.advanceTimersByTimeAsync(10_000)
    await refused
  }
  expect(set.breaker('a')?.state).toBe('closed')
})

test('what a worker was busy with when it was lost is one failure, whatever its number', async () => {
  const engine = createScriptedEngine(16)
  const { set, replicas, ask } = openGuarded([engine])
  const asked = Array.from({ length: 16 }, () => ask().catch((cause: AppError) => cause.code))
  await expect.poll(() => engine.runs).toHaveLength(16)
  for (const run of engine.runs) {
    run.events.push(textDelta('so far'))
    run.events.end(new AppError('worker_lost', 'killed'))
  }
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['worker_lost']))
  expect(set.breaker('a')?.state).toBe('closed')
  const next = failing('worker_lost', textDelta('again'))
  replicas[0]!.become('serving', { engine: next })
  await expect(ask()).rejects.toMatchObject({ code: 'worker_lost' })
  expect(set.breaker('a')?.state, 'the second loss in a row').toBe('open')
  replicas[0]!.become('serving', { engine: answering('the third is well') })
  expect(set.breaker('a')?.state, 'a new process is tried at once').toBe('half-open')
  expect(await ask()).toContainEqual(finish)
})

test('who waits for a worker that starts is not refused because another is open', async () => {
  const { ask, replicas } = openGuarded([failing('engine_failed'), answering('came back')])
  replicas[1]!.become('starting')
  for (let turn = 0; turn < 2; turn += 1) await expect(ask()).rejects.toThrow('it is')
  const waiting = ask()
  replicas[1]!.become('serving')
  expect(await waiting).toContainEqual(textDelta('came back'))
})

test('a deadline of ours without any text is a failure of the worker, a limit of the caller is not', async () => {
  for (const [timeout, state] of [
    ['request_timeout', 'open'],
    ['x-request-timeout-ms', 'closed'],
  ]) {
    const engine = createScriptedEngine()
    const { set } = openGuarded([engine])
    for (let turn = 0; turn < 2; turn += 1) {
      const late = new AbortController()
      const reading = readAll(await start(set, late.signal))
      late.abort(new AppError('timeout', 'too late', { details: { timeout: timeout! } }))
      await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
    }
    expect(set.breaker('a')?.state).toBe(state)
  }
})

test('without rules nothing ever opens', async () => {
  const { set } = openReplicaSet([failing('engine_failed')])
  for (let turn = 0; turn < 100; turn += 1)
    await expect(start(set, never).then(readAll)).rejects.toThrow('it is')
  expect(set.breaker('a')).toEqual({ state: 'closed', retryInMs: 0, lastError: undefined })
})
