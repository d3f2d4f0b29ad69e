import { resolve } from 'node:path'
import { availableParallelism } from 'node:os'
import type { Llama, LlamaModel } from 'node-llama-cpp'
import type { EngineLoader } from '../../engine/engine.ts'
import type { LoadOptions } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { readAvailableMemory } from './available-memory.ts'
import { resolveContext, resolveModel } from './binding.ts'
import { createLlamaCppEngine, type LlamaCppEngine } from './engine.ts'
import { assertLoadable } from './gguf-check.ts'
import { readGgufFile, type GgufFile } from './gguf-file.ts'
import { estimateMemory } from './memory-estimate.ts'
import { createModelInfo, createTokenizer } from './model-info.ts'
import { readShape, type ModelShape } from './model-shape.ts'
import { startNative, type Native } from './native.ts'

type LoadHooks = Parameters<EngineLoader['load']>[1]

/** Without a wish: enough for a chat, and its cache fits most machines. */
const defaultContextLength = 4096

/** Loads GGUF files into this process. */
export const llamaCppLoader = {
  kind: 'llama-cpp',
  async load(options: LoadOptions, hooks: LoadHooks): Promise<LlamaCppEngine> {
    const file = await readGgufFile(resolve(options.source))
    const native = await startNative()
    await assertLoadable(file, native.bindings)
    const shape = readShape(file)
    const contextLength = resolveContextLength(file.path, shape, options.contextLength)
    await assertMemory(file, shape, { ...options, contextLength })
    hooks.signal.throwIfAborted()
    return loadEngine(native, { file, shape, contextLength, options, hooks })
  },
} satisfies EngineLoader

type Load = { file: GgufFile; shape: ModelShape; contextLength: number; options: LoadOptions; hooks: LoadHooks }
