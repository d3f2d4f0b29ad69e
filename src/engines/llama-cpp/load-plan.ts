import { AppError } from '../../errors.ts'
import type { LoadOptions } from '../../engine/types.ts'
import { describeBytes, estimateMemory } from './memory-estimate.ts'
import type { ModelShape } from './model-shape.ts'

export type LoadPlan = { contextLength: number; slots: number }

/** Without a wish: enough for a chat, and its cache fits most machines. */
const defaultContextLength = 4096
/** Without a wish: as many slots, in powers of two, as this much cache or a quarter of the free memory holds. */
const defaultSlots = 16
const defaultCacheBytes = 2 * 2 ** 30
/** llama.cpp's LLAMA_MAX_SEQ. */
const mostSlots = 256

export type PlanInput = {
  path: string
  shape: ModelShape
  sizeBytes: number
  availableBytes: number
  options: LoadOptions
}

/** Context and slots for a load, or why it cannot be: `invalid_request` or `insufficient_memory`. */
export function planLoad(input: PlanInput): LoadPlan {
  const { path, shape, sizeBytes, availableBytes, options } = input
  const contextLength = resolveContextLength(path, shape.trainedContextLength, options.contextLength)
  const estimate = (slots: number) =>
    estimateMemory({ shape, sizeBytes, contextLength, slots, batchTokens: options.batchTokens })
  const slots = resolveSlots(options.parallel, (count) => {
    const { cache, total } = estimate(count)
    return cache <= Math.min(defaultCacheBytes, availableBytes / 4) && total <= availableBytes
  })
  const need = estimate(slots)
  if (need.total <= availableBytes) return { contextLength, slots }
  throw new AppError(
    'insufficient_memory',
    `${path} needs about ${describeBytes(need.total)} (weights ${describeBytes(need.weights)}, cache ${describeBytes(need.cache)} ` +
      `for ${slots} slots of ${contextLength} tokens) and ${describeBytes(availableBytes)} are free: ` +
      'unload another model, or ask for fewer slots, a shorter context or a smaller file',
    { details: { needed_bytes: Math.ceil(need.total), available_bytes: availableBytes } },
  )
}

function resolveContextLength(path: string, trained: number, wanted: number | undefined): number {
  if (wanted === undefined) return Math.min(trained, defaultContextLength)
  if (wanted <= trained) return Math.max(wanted, 2)
  throw new AppError(
    'invalid_request',
    `${path} was trained for a context of ${trained} tokens and cannot use ${wanted}: ask for at most ${trained}`,
    { param: 'context_length', details: { n_ctx: wanted, n_ctx_train: trained } },
  )
}

function resolveSlots(wanted: number | undefined, fits: (slots: number) => boolean): number {
  if (wanted === undefined) {
    let slots = defaultSlots
    while (slots > 1 && !fits(slots)) slots /= 2
    return slots
  }
  if (wanted >= 1 && wanted <= mostSlots) return wanted
  throw new AppError('invalid_request', `parallel is ${wanted}: a model has 1 to ${mostSlots} slots`, {
    param: 'parallel',
  })
}
