import { expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { createReplicaSet } from '../routing/replica-set.ts'
import { createScriptedReplica } from '../routing/scripted-replica.test-kit.ts'
import { describeBreakers } from './breaker-conditions.ts'

const breaker = {
  failures: 1,
  rate: 1,
  minimumCalls: 99,
  windowMs: 60_000,
  openMs: 3_600_000,
  longestOpenMs: 3_600_000,
}
const load = async (fails: boolean): Promise<Engine> => {
  const hooks = { signal: new AbortController().signal, onProgress() {} }
  const wanted = {
    parallel: 2,
    contextLength: 512,
    batchTokens: 64,
    threads: undefined,
    gpuLayers: 'auto',
  } as const
  const engine = await createFakeLoader().load({ ...wanted, source: 'fake:' }, hooks)
  const prepare = () => Promise.reject(new AppError('worker_lost', 'the worker is gone'))
  return fails ? { ...engine, prepare } : engine
}

/** A model with these workers, of which each that fails has failed. */
async function open(model: string, ...workers: ('well' | 'fails')[]) {
  const replicas = createReplicaSet(model, { waitMs: 0, policy: 'round-robin', breaker })
  const members = []
  for (const [index, how] of workers.entries()) {
    const member = createScriptedReplica(`${model}-${index}`, await load(how === 'fails'))
    members.push(member)
    replicas.add(member)
  }
  const prompt = { kind: 'text', text: 'Hi' } as const
  const request = { prompt, sampling: { temperature: 0 }, stop: [], ignoreEos: false }
  for (const _ of workers) await replicas.prepare(request).catch(() => undefined)
  return { model, replicas, members }
}
const blocked = { name: 'models', degraded: 'no loaded model takes requests', unready: true }

test('nothing is said where nothing is open, or nothing is loaded', async () => {
  expect(describeBreakers([])).toEqual([])
  expect(describeBreakers([await open('a', 'well', 'well')])).toEqual([])
})

test('one of two workers: degraded, and ready', async () => {
  const [condition, ...others] = describeBreakers([await open('a', 'fails', 'well')])
  expect(condition).toEqual({
    name: 'model a',
    degraded: expect.stringMatching(/^1 of 2 workers left alone .* within \d+ s; others take its requests$/),
  })
  expect(others).toEqual([])
})

test('one of two models: degraded, and ready; both: not ready', async () => {
  const a = await open('a', 'fails', 'fails')
  expect(describeBreakers([a, await open('b', 'well')]).map(({ name }) => name)).toEqual(['model a'])
  const both = describeBreakers([a, await open('b', 'fails')])
  expect(both.map(({ name }) => name)).toEqual(['model a', 'model b', 'models'])
  expect(both.at(-1)).toEqual(blocked)
  expect(both[0]!.degraded).toContain('its requests are refused until then')
})

test('the other worker has gone: nothing takes requests', async () => {
  const a = await open('a', 'fails', 'well')
  a.members[1]!.become('failed', { engine: undefined })
  expect(describeBreakers([a])).toContainEqual(blocked)
})
