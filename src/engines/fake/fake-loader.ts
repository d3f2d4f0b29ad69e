import type { EngineLoader } from '../../engine/engine.ts'
import { AppError } from '../../errors.ts'

/** Loads `fake:?tokens_per_second=0&...` sources. */
export const createFakeLoader = (): EngineLoader => ({
  kind: 'fake',
  load: () => Promise.reject(new AppError('engine_failed', 'the fake engine is being written')),
})
