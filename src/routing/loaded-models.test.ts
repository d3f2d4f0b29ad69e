import { expect, test } from 'vitest'
import type { Admission } from '../admission/admission.ts'
import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import { createLoadedModels, type LoadedModelsOptions } from './loaded-models.ts'

const never = new AbortController().signal
const quiet = { signal: never, onProgress: () => {} }

/** Loads that end when the test says so. */
function setUp(options: Partial<LoadedModelsOptions> = {}) {
  const loads: {
    name: string
    progress(fraction: number): void
    signal: AbortSignal
    finish(): void
    fail(error: Error): void
  }[] = []
  const closed: string[] = []
  const models = createLoadedModels({
    autoload: true,
    known: () => [
      { name: 'a', aliases: ['first'], created: 1 },
      { name: 'b', aliases: [], created: 2 },
    ],
    load(name, _overrides, hooks) {
      const { promise, resolve, reject } = Promise.withResolvers<{ engine: Engine; admission: Admission }>()
      const engine = {
        close: async () => void closed.push(name),
        info: {},
        status: () => ({ slots: 1 }),
      } as unknown as Engine
      loads.push({
        name,
        progress: hooks.onProgress,
        signal: hooks.signal,
        finish: () => resolve({ engine, admission: {} as Admission }),
        fail: reject,
      })
      return promise
    },
    ...options,
  })
  return { models, loads, closed }
}

test('many requests for one model load it once, by name or alias, and all see the progress', async () => {
  const { models, loads } = setUp()
  const seen: number[] = []
  const hooks = { signal: never, onProgress: (fraction: number) => void seen.push(fraction) }
  const all = Promise.all([
    models.resolve('a', hooks),
    models.resolve('first', hooks),
    models.load('a', {}, hooks),
  ])
  expect(models.find('first')?.status).toBe('loading')
  await Promise.resolve()
  loads[0]!.progress(0.5)
  loads[0]!.finish()
  const routes = await all
  expect(loads).toHaveLength(1)
  expect(new Set(routes).size).toBe(1)
  expect(seen.filter((fraction) => fraction === 0.5)).toHaveLength(1)
  expect(models.find('a')?.status).toBe('loaded')
})

test('a caller that leaves does not stop the load for others', async () => {
  const { models, loads } = setUp()
  const leaver = new AbortController()
  const left = models.resolve('a', { ...quiet, signal: leaver.signal })
  const stays = models.resolve('a', quiet)
  leaver.abort()
  await expect(left).rejects.toMatchObject({ code: 'cancelled' })
  loads[0]!.finish()
  expect((await stays).model).toBe('a')
})

test('a failed load is not tried again by the next request, but by who asks for it', async () => {
  const { models, loads } = setUp()
  const first = models.resolve('a', quiet)
  loads[0]!.fail(new AppError('invalid_model', 'broken'))
  await expect(first).rejects.toMatchObject({ code: 'invalid_model' })
  await expect(models.resolve('a', quiet)).rejects.toMatchObject({
    code: 'invalid_model',
    message: 'broken',
    retryAfterMs: expect.any(Number),
  })
  expect(loads).toHaveLength(1)
  const second = models.load('a', {}, quiet)
  expect(loads).toHaveLength(2)
  loads[1]!.finish()
  expect((await second).model).toBe('a')
})

test('unload during a load cancels it and closes what comes', async () => {
  const { models, loads, closed } = setUp()
  const loading = models.resolve('a', quiet)
  const unloading = models.unload('a')
  expect(loads[0]!.signal.aborted).toBe(true)
  loads[0]!.finish()
  await unloading
  await expect(loading).rejects.toMatchObject({ code: 'cancelled' })
  expect(closed).toEqual(['a'])
  expect(models.running()).toEqual([])
})

test('unknown names list the known ones; autoload off asks to load', async () => {
  const { models } = setUp({ autoload: false })
  await expect(models.resolve('c', quiet)).rejects.toThrow('known models: a, b')
  await expect(models.resolve('a', quiet)).rejects.toThrow('sluice load a')
  await expect(models.unload('a')).rejects.toMatchObject({ code: 'conflict' })
})

test('other settings for a loaded model are a conflict', async () => {
  const { models, loads } = setUp()
  const loading = models.load('a', { parallel: 2 }, quiet)
  loads[0]!.finish()
  await loading
  await expect(models.load('a', { parallel: 4 }, quiet)).rejects.toMatchObject({ code: 'conflict' })
  await models.closeAll()
  expect(models.find('a')?.status).toBe('unloaded')
})
