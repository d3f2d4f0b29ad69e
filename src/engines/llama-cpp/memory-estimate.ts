import type { ModelShape } from './model-shape.ts'

export type MemoryNeed = { weights: number; cache: number; compute: number; total: number }

const cacheBytesPerNumber = 2 // f16, llama.cpp's default
const numberBytes = 4
/** llama.cpp itself, its graphs and our JavaScript: measured 40 MB with a 5 MB model. */
const overhead = 64 * 2 ** 20

export type MemoryInput = {
  shape: ModelShape
  sizeBytes: number
  contextLength: number
  slots: number
  batchTokens: number
}

/** What a load will take. The compute part follows the largest tensors of one batch: logits and feed-forward. */
export function estimateMemory({
  shape,
  sizeBytes,
  contextLength,
  slots,
  batchTokens,
}: MemoryInput): MemoryNeed {
  const cells = contextLength * slots
  const cache = cells * shape.cacheWidth * cacheBytesPerNumber
  const widest = shape.vocabularySize + 2 * shape.feedForward + 4 * shape.embedding
  const sampling = slots * shape.vocabularySize * (numberBytes + 12)
  const compute = Math.max(batchTokens, slots) * widest * numberBytes + sampling + overhead
  return { weights: sizeBytes, cache, compute, total: sizeBytes + cache + compute }
}

export const describeBytes = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`
