import { resolve } from 'node:path'
import type { EngineLoader } from '../../engine/engine.ts'
import type { LoadOptions } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { readAvailableMemory } from './available-memory.ts'
import type { LlamaCppEngine } from './engine.ts'
import { assertLoadable } from './gguf-check.ts'
import { readGgufFile } from './gguf-file.ts'
import { loadEngine } from './load-engine.ts'
import { planLoad } from './load-plan.ts'
import { readShape } from './model-shape.ts'
import { startNative, type Native } from './native.ts'

/** Loads GGUF files into this process. */
export const llamaCppLoader = {
  kind: 'llama-cpp',
  async load(options: LoadOptions, hooks: Parameters<EngineLoader['load']>[1]): Promise<LlamaCppEngine> {
    const path = resolve(options.source)
    const file = await readGgufFile(path)
    const native = await startNative()
    await assertLoadable(file, native.bindings)
    const shape = readShape(file)
    const availableBytes = (await readAvailableMemory()) + (await readGpuMemory(native))
    const plan = planLoad({ path, shape, sizeBytes: file.sizeBytes, availableBytes, options })
    if (hooks.signal.aborted) throw new AppError('cancelled', `loading ${path} was cancelled`)
    return loadEngine(native, { file, shape, ...plan, options, hooks })
  },
} satisfies EngineLoader

/** Layers that do not fit there stay in the machine's memory, so the two add up. */
async function readGpuMemory({ llama }: Native): Promise<number> {
  return llama.gpu === false ? 0 : (await llama.getVramState()).free
}
