import type { LlamaContext, LlamaModel } from 'node-llama-cpp'
import type { EngineLoader } from '../../engine/engine.ts'
import type { LoadOptions } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { resolveContext, resolveModel, type NativeContext } from './binding.ts'
import { createLlamaCppEngine, type LlamaCppEngine } from './engine.ts'
import type { GgufFile } from './gguf-file.ts'
import { createModelInfo, createTokenizer } from './model-info.ts'
import type { ModelShape } from './model-shape.ts'
import type { Native } from './native.ts'
import { createNeighbours } from './neighbours.ts'
import { openMachineLoad } from './machine-load.ts'
import { createThreadControl, type ThreadControl } from './thread-control.ts'
import { createThreadGovernor } from './thread-governor.ts'
import { resolveMostThreads } from './threads.ts'

export type Load = {
  file: GgufFile
  shape: ModelShape
  contextLength: number
  slots: number
  options: LoadOptions
  hooks: Parameters<EngineLoader['load']>[1]
}

/** From a checked file to an engine that can serve. Frees everything when it fails or is cancelled. */
export async function loadEngine(native: Native, load: Load): Promise<LlamaCppEngine> {
  await native.takeLog()
  const model = await loadModel(native, load)
  try {
    const context = await createContext(model, load)
    const { file, shape, contextLength, slots, options } = load
    const nativeModel = resolveModel(model)
    const nativeContext = resolveContext(context)
    return createLlamaCppEngine({
      model: nativeModel,
      context: nativeContext,
      threads: createThreads(nativeContext, model, load),
      info: createModelInfo({
        file,
        shape,
        contextLength,
        model: nativeModel,
        fileTypeName: native.fileTypeName,
      }),
      tokenizer: createTokenizer({ file, shape, contextLength, model }),
      slots,
      batchTokens: options.batchTokens,
      windowSize: model.fileInsights.swaSize ?? 0,
      createSampler: () => new native.bindings.AddonSampler(nativeModel),
      async dispose() {
        await context.dispose()
        await model.dispose()
      },
    })
  } catch (cause) {
    await model.dispose()
    throw await explain(native, load, cause)
  }
}

async function loadModel(native: Native, load: Load): Promise<LlamaModel> {
  const { file, options, hooks } = load
  try {
    return await native.llama.loadModel({
      modelPath: file.path,
      gpuLayers: native.llama.gpu === false ? 0 : options.gpuLayers,
      loadSignal: hooks.signal,
      onLoadProgress: (fraction) => hooks.onProgress(fraction),
      // We have compared the need with what is free, page cache counted as free.
      ignoreMemorySafetyChecks: native.llama.gpu === false,
    })
  } catch (cause) {
    throw await explain(native, load, cause)
  }
}

/**
 * On a CPU, flash attention costs by cached token, the other way by 256 of them. With heads of 32 numbers
 * (pocket) the other way wins from 30 to 70 tokens on, 2.5 times at 300; with heads of 64 it is a tenth slower.
 */
const narrowHead = 64

const createContext = (
  model: LlamaModel,
  { shape, contextLength, slots, options, hooks }: Load,
): Promise<LlamaContext> =>
  model.createContext({
    contextSize: contextLength,
    sequences: slots,
    batchSize: Math.max(options.batchTokens, slots),
    threads: options.threads ?? 1,
    createSignal: hooks.signal,
    // Never a smaller context than the one that was promised.
    failedCreationRemedy: false,
    ...(model.llama.gpu === false && shape.headWidth < narrowHead && { flashAttention: false }),
    ignoreMemorySafetyChecks: model.llama.gpu === false,
  })

function createThreads(context: NativeContext, model: LlamaModel, { file, options }: Load): ThreadControl {
  if (options.threads !== undefined) return createThreadControl({ context, threads: options.threads })
  const machine = openMachineLoad()
  const mostThreads = resolveMostThreads(model.llama.cpuMathCores)
  return createThreadControl({
    context,
    threads: 1,
    neighbours: machine && createNeighbours(machine),
    governor: createThreadGovernor({
      cores: machine?.cores ?? mostThreads,
      mostThreads,
      modelBytes: file.sizeBytes,
    }),
  })
}

/** node-llama-cpp only says that it failed; the reason is in what llama.cpp has printed. */
async function explain(native: Native, { file, hooks }: Load, cause: unknown): Promise<AppError> {
  if (cause instanceof AppError) return cause
  if (hooks.signal.aborted) return new AppError('cancelled', `loading ${file.path} was cancelled`, { cause })
  const reason =
    findReason(await native.takeLog()) ?? (cause instanceof Error ? cause.message : String(cause))
  const code = /memory|alloc/i.test(reason) ? 'insufficient_memory' : 'invalid_model'
  return new AppError(code, `${file.path} cannot be loaded: ${reason}`, { cause })
}

/** llama.cpp says it best where it says "error loading model: REASON"; what follows only repeats that it failed. */
function findReason(printed: readonly string[]): string | undefined {
  const line =
    printed.findLast((text) => text.includes('error loading')) ??
    printed.findLast((text) => !text.includes('failed to load model'))
  return line?.split('\n', 1)[0]!.replace(/^(\w+: )*(error loading [\w ]+: )?/, '')
}
