import type { EngineLoader } from '../engine/engine.ts'

/** Engine kind -> how to get its loader. Imported when first needed: a daemon without a model starts at once. */
export const engineLoaders: Record<string, () => Promise<EngineLoader>> = {
  'llama-cpp': async () => (await import('./llama-cpp/loader.ts')).llamaCppLoader,
  fake: async () => (await import('./fake/fake-loader.ts')).createFakeLoader(),
}
