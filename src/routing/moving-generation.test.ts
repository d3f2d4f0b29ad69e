import { expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../errors.ts'
import { answering, failing, never, openReplicaSet, readAll, start } from './open-replica-set.test-kit.ts'
import {
  createScriptedEngine,
  createScriptedReplica,
  finish,
  promptProgress,
  textDelta,
  textRequest,
} from './scripted-replica.test-kit.ts'

test.each<ErrorCode>([
  'worker_lost',
  'draining',
  'overloaded',
  'queue_full',
  'model_not_found',
  'worker_incompatible',
])('moves on %s before the first text, also after prompt progress', async (code) => {
  const well = answering('from b')
  const { set, moves } = openReplicaSet([failing(code, promptProgress), well])
  expect(await readAll(await start(set, never, 3))).toEqual([promptProgress, textDelta('from b'), finish])
  expect(moves).toEqual([`m: a -> b (${code})`])
  expect(well.runs[0]?.choice, 'the choice goes along: it is part of the seed').toBe(3)
})

test('preparing moves in the same way', async () => {
  const gone = createScriptedEngine()
  gone.onPrepare = () => {
    throw new AppError('worker_lost', 'gone')
  }
  const { set, moves } = openReplicaSet([gone, answering('from b')])
  expect(await readAll(await start(set))).toContainEqual(textDelta('from b'))
  expect(moves).toEqual(['m: a -> b (worker_lost)'])
})

test('an engine that fails at the request does not pass it on', async () => {
  const { set, moves } = openReplicaSet([failing('engine_failed'), answering('from b')])
  await expect(readAll(await start(set))).rejects.toMatchObject({ code: 'engine_failed' })
  expect(moves).toEqual([])
})

test('an engine that ends because its replica was removed is not at fault', async () => {
  const leaving = createScriptedEngine()
  const { set } = openReplicaSet([leaving, answering('from b')])
  const reading = readAll(await start(set))
  set.remove('a')
  leaving.runs[0]!.events.end(new AppError('engine_failed', 'the model was unloaded'))
  expect(await reading).toContainEqual(textDelta('from b'))
})

test('after the first text a lost worker ends the stream, and says that it is incomplete', async () => {
  const { set, moves } = openReplicaSet([failing('worker_lost', textDelta('so far')), answering('from b')])
  const events = await start(set)
  expect((await events.next()).value).toEqual(textDelta('so far'))
  await expect(events.next()).rejects.toMatchObject({
    code: 'worker_lost',
    message: expect.stringMatching(/worker a was lost in mid-answer.*incomplete.*it is worker_lost/),
  })
  expect(await events.next()).toEqual({ done: true, value: undefined })
  expect(moves).toEqual([])
})

test('an error of the engine in mid-answer stays as it is', async () => {
  const { set } = openReplicaSet([failing('engine_failed', textDelta('so far'))])
  await expect(readAll(await start(set))).rejects.toThrow('it is engine_failed')
})

test('a request that loses three workers is not given to a fourth', async () => {
  const last = createScriptedEngine(1)
  const { set, moves } = openReplicaSet([
    failing('worker_lost'),
    failing('worker_lost'),
    failing('worker_lost'),
  ])
  set.add(createScriptedReplica('busy, so it comes last', last))
  ;(await last.prepare(textRequest())).generate(0, never)
  await expect(readAll(await start(set))).rejects.toMatchObject({
    code: 'worker_lost',
    message: expect.stringMatching(/3 workers in turn \(\w, \w, \w\).*it is worker_lost/),
  })
  expect(moves).toHaveLength(2)
})

test('a worker that refuses is an answer where no other serves', async () => {
  const { set } = openReplicaSet([failing('queue_full')])
  await expect(readAll(await start(set))).rejects.toMatchObject({ code: 'queue_full' })
})

test('a worker without the model is no 404: the model exists', async () => {
  const { set } = openReplicaSet([failing('model_not_found')])
  await expect(readAll(await start(set))).rejects.toMatchObject({ code: 'worker_lost', status: 503 })
})
