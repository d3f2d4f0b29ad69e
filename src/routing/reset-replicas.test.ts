import { expect, test } from 'vitest'
import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import { resetReplicas } from './reset-replicas.ts'

const engineWith = (resetPrefixCache: Engine['resetPrefixCache']): Engine =>
  ({ kind: 'other', resetPrefixCache }) as Partial<Engine> as Engine

test('all of them forget', async () => {
  let count = 0
  const engine = engineWith(async () => void (count += 1))
  await resetReplicas('m', [engine, engine])
  expect(count).toBe(2)
})

test('one that cannot is named before any has begun', async () => {
  let count = 0
  const able = engineWith(async () => void (count += 1))
  await expect(resetReplicas('m', [able, engineWith(undefined)])).rejects.toMatchObject({
    code: 'unsupported_parameter',
    message: 'm: the engine other cannot forget its prompts',
  })
  expect(count).toBe(0)
})

test('one that fails is told of', async () => {
  const lost = engineWith(() => Promise.reject(new AppError('worker_lost', 'gone')))
  await expect(resetReplicas('m', [engineWith(async () => undefined), lost])).rejects.toMatchObject({
    code: 'worker_lost',
  })
})
