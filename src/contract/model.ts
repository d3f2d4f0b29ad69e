import type { LoadOptions, ModelInfo } from '../engine/types.ts'
import type * as wire from './wire-types.ts'

export const encodeModelInfo = (id: string, source: string, info: ModelInfo): wire.ModelInfo => ({
  id,
  source,
  state: 'MODEL_STATE_READY',
  tasks: info.hasChatTemplate ? ['chat', 'complete'] : ['complete'],
  contextLength: info.contextLength,
  trainedContextLength: info.trainedContextLength,
  vocabularySize: info.vocabularySize,
  architecture: info.architecture,
  quantization: info.quantization ?? '',
  parameters: info.parameters ?? 0,
  sizeBytes: info.sizeBytes,
  hasChatTemplate: info.hasChatTemplate,
})

export const decodeModelInfo = (info: wire.ModelInfo): ModelInfo => ({
  architecture: info.architecture || 'unknown',
  quantization: info.quantization || info.dtype || undefined,
  parameters: info.parameters || undefined,
  sizeBytes: info.sizeBytes ?? 0,
  contextLength: info.contextLength ?? 0,
  trainedContextLength: info.trainedContextLength || (info.contextLength ?? 0),
  vocabularySize: info.vocabularySize ?? 0,
  hasChatTemplate: info.hasChatTemplate ?? false,
})

export const encodeLoadRequest = (id: string, options: LoadOptions): wire.LoadModelRequest => ({
  id,
  source: options.source,
  contextLength: options.contextLength ?? 0,
  maxConcurrentRequests: options.parallel ?? 0,
  batchTokens: options.batchTokens,
  threads: options.threads ?? 0,
  ...(options.gpuLayers !== 'auto' && { gpuLayers: options.gpuLayers }),
})

/** The same as the `batch_tokens` setting's default. */
const defaultBatchTokens = 512

export const decodeLoadRequest = (request: wire.LoadModelRequest): LoadOptions => ({
  source: request.source ?? '',
  contextLength: request.contextLength || undefined,
  parallel: request.maxConcurrentRequests || undefined,
  threads: request.threads || undefined,
  batchTokens: request.batchTokens || defaultBatchTokens,
  gpuLayers: request.gpuLayers ?? 'auto',
})
