import { expect, test } from 'vitest'
import type { LoadOptions } from '../../engine/types.ts'
import { planLoad } from './load-plan.ts'
import type { ModelShape } from './model-shape.ts'

/** A 1.1B llama: 22 layers, 4 cache heads of 64. */
const shape: ModelShape = {
  architecture: 'llama',
  embedding: 2048,
  trainedContextLength: 8192,
  vocabularySize: 32000,
  longestToken: 48,
  cacheWidth: 22 * 4 * 128,
  feedForward: 5632,
  headWidth: 64,
}
const gibibyte = 2 ** 30
const plan = (availableBytes: number, change: Partial<LoadOptions> = {}) =>
  planLoad({
    path: 'model.gguf',
    shape,
    sizeBytes: gibibyte,
    availableBytes,
    options: {
      source: 'model.gguf',
      contextLength: undefined,
      parallel: undefined,
      threads: undefined,
      batchTokens: 512,
      gpuLayers: 'auto',
      ...change,
    },
  })

test('without wishes: a context for a chat, and slots as memory allows', () => {
  expect(plan(64 * gibibyte)).toEqual({ contextLength: 4096, slots: 16 })
  expect(plan(4 * gibibyte).slots).toBeLessThan(16)
  expect(plan(2 * gibibyte).slots).toBeGreaterThanOrEqual(1)
})

test('a wish is kept or refused with the numbers, never changed', () => {
  expect(plan(64 * gibibyte, { contextLength: 8192, parallel: 3 })).toEqual({ contextLength: 8192, slots: 3 })
  expect(() => plan(64 * gibibyte, { contextLength: 8193 })).toThrow(
    expect.objectContaining({ code: 'invalid_request', details: { n_ctx: 8193, n_ctx_train: 8192 } }),
  )
  expect(() => plan(64 * gibibyte, { parallel: 257 })).toThrow(
    expect.objectContaining({ code: 'invalid_request', param: 'parallel' }),
  )
})

test('what does not fit is refused with the numbers and the next step', () => {
  expect(() => plan(gibibyte)).toThrow(
    expect.objectContaining({
      code: 'insufficient_memory',
      message: expect.stringMatching(/model\.gguf needs about .* 1024 MiB are free|1\.0 GiB are free/),
      details: expect.objectContaining({ available_bytes: gibibyte }),
    }),
  )
  expect(() => plan(4 * gibibyte, { parallel: 64 })).toThrow(
    expect.objectContaining({ code: 'insufficient_memory' }),
  )
})
