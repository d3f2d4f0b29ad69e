import type { EngineLoader } from '../../engine/engine.ts'
import { AppError } from '../../errors.ts'
import { createFakeEngine } from './fake-engine.ts'
import { decodeFakeSource } from './fake-options.ts'
import { waitUntil } from './fake-pace.ts'

/** Loads `fake:?tokens_per_second=50&tokens=16` and the like: no file, no model, every behaviour of an engine. */
export const createFakeLoader = (): EngineLoader => ({
  kind: 'fake',
  async load(options, hooks) {
    const { signal } = hooks
    const fake = decodeFakeSource(options.source)
    hooks.onProgress(0)
    await waitUntil(performance.now() + fake.loadMs, signal)
    if (signal.aborted) throw new AppError('cancelled', `loading ${options.source} was cancelled`)
    hooks.onProgress(1)
    return createFakeEngine(fake, options)
  },
})
