import { expect, test } from 'vitest'
import { engineContract } from '../engine/contract.test-kit.ts'
import type { Engine } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import type { GenerateRequest } from '../engine/types.ts'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { AppError } from '../errors.ts'
import { createReplicaSet } from '../routing/replica-set.ts'

type Wanted = { parallel: number | undefined; contextLength: number | undefined; batchTokens: number }
const wide: Wanted = { parallel: 8, contextLength: 512, batchTokens: 64 }
const hooks = { signal: new AbortController().signal, onProgress() {} }

const load = (options: Wanted) =>
  createFakeLoader().load({ ...options, source: 'fake:', threads: undefined, gpuLayers: 'auto' }, hooks)

const serving = (id: string, engine: Engine): Replica => ({
  id,
  engine,
  state: 'serving',
  subscribe: () => () => undefined,
})

/** Loses every request that it is asked to prepare. */
const broken = (engine: Engine): Engine => ({
  ...engine,
  prepare: async () => {
    throw new AppError('worker_lost', 'the worker is gone')
  },
})

engineContract('a set of one replica', {
  async createEngine(options) {
    const set = createReplicaSet('fake', { waitMs: 0 })
    set.add(serving('only', await load(options)))
    return set
  },
})
// The one that fails has so many slots that it is always picked first: every request of the kit moves.
engineContract('a set of two replicas, of which one fails', {
  async createEngine(options) {
    const set = createReplicaSet('fake', { waitMs: 0 })
    set.add(serving('well', await load(options)))
    set.add(serving('broken', broken(await load({ ...options, parallel: 1000 }))))
    return set
  },
})

const request: GenerateRequest = {
  prompt: { kind: 'text', text: 'One day' },
  sampling: { temperature: 0 },
  stop: [],
  ignoreEos: false,
}
const answer = async (engine: Engine) => {
  const prepared = await engine.prepare(request)
  let text = ''
  for await (const event of prepared.generate(0, hooks.signal))
    if (event.type === 'text-delta') text += event.text
  return text
}

test('two replicas share what comes at once and give the same answers as one', async () => {
  const engines = [await load(wide), await load(wide)] as const
  const set = createReplicaSet('fake')
  engines.forEach((engine, index) => set.add(serving(`fake-${index}`, engine)))
  const answers = await Promise.all(Array.from({ length: 16 }, () => answer(set)))
  expect(new Set(answers)).toEqual(new Set([await answer(await load(wide))]))
  const shares = engines.map((engine) => engine.status().counters.decodeTokens)
  expect(shares[0]).toBe(shares[1])
  expect(set.status()).toMatchObject({ slots: 16, busySlots: 0, counters: { decodeTokens: 16 * 16 } })
})
