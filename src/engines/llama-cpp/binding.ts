import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp'
import { AppError } from '../../errors.ts'

/** The undocumented objects behind node-llama-cpp's public ones. This file is the only place that knows their names. */
export const pinnedVersion = '3.22.1'

export type SamplerConfig = {
  temperature?: number
  topK?: number
  topP?: number
  minP?: number
  seed?: number
  /** Presence switches the penalties on; the sampler then adds each token that it samples. */
  repeatPenaltyTokens?: Uint32Array
  repeatPenaltyMaxTokens?: number
  repeatPenalty?: number
  repeatPenaltyPresencePenalty?: number
  repeatPenaltyFrequencyPenalty?: number
  tokenBiasKeys?: Uint32Array
  tokenBiasValues?: Float32Array
}
export type NativeSampler = { applyConfig(config: SamplerConfig): void; dispose(): void }

export type NativeContext = {
  initBatch(size: number): void
  /** Returns, for each wanted index into `tokens`, where `sampleToken` finds its logits after the decode. */
  addToBatch(sequence: number, firstPosition: number, tokens: Uint32Array, wanted: Uint32Array): Uint32Array
  decodeBatch(): Promise<void>
  /** -1 when there is nothing to choose from. */
  sampleToken(logits: number, sampler: NativeSampler): Promise<number>
  /** False when the model's memory cannot forget a part (recurrent models). */
  removeTokenCellsFromSequence(sequence: number, from: number, to: number): boolean
  disposeSequence(sequence: number): void
  getSequenceKvCacheMinPosition(sequence: number): number
  setThreads(threads: number): void
}

export type NativeModel = {
  tokenize(text: string, parseSpecial: boolean): Uint32Array
  detokenize(tokens: Uint32Array, renderSpecial: boolean): string
  getTokenString(token: number): string
  getTokenAttributes(token: number): number
  isEogToken(token: number): boolean
  getVocabularyType(): number
  getTotalParameters(): number
}

export type NativeBindings = {
  AddonSampler: new (model: NativeModel) => NativeSampler
  getIsArchSupported(architecture: string): boolean
  getTypeSizeForGgmlType(type: number): number | undefined
  getBlockSizeForGgmlType(type: number): number | undefined
}

const contextMethods: (keyof NativeContext)[] = [
  'initBatch',
  'addToBatch',
  'decodeBatch',
  'sampleToken',
  'removeTokenCellsFromSequence',
  'disposeSequence',
  'getSequenceKvCacheMinPosition',
  'setThreads',
]
const modelMethods: (keyof NativeModel)[] = [
  'tokenize',
  'detokenize',
  'getTokenString',
  'getTokenAttributes',
  'isEogToken',
  'getVocabularyType',
  'getTotalParameters',
]
const bindingMethods: (keyof NativeBindings)[] = [
  'AddonSampler',
  'getIsArchSupported',
  'getTypeSizeForGgmlType',
  'getBlockSizeForGgmlType',
]

/** The private object under `property`, after checking that everything we call is there. */
function resolvePrivate(owner: object, property: string, methods: readonly string[]): unknown {
  const found: unknown = Reflect.get(owner, property)
  const missing =
    typeof found === 'object' && found !== null
      ? methods.find((method) => typeof Reflect.get(found, method) !== 'function')
      : ''
  if (missing === undefined) return found
  const name = missing === '' ? property : `${property}.${missing}`
  throw new AppError(
    'engine_failed',
    `node-llama-cpp has no ${name}: sluice needs exactly version ${pinnedVersion}; run npm ci in its folder`,
  )
}

export const resolveBindings = (llama: Llama): NativeBindings =>
  resolvePrivate(llama, '_bindings', bindingMethods) as NativeBindings
export const resolveModel = (model: LlamaModel): NativeModel =>
  resolvePrivate(model, '_model', modelMethods) as NativeModel
export const resolveContext = (context: LlamaContext): NativeContext =>
  resolvePrivate(context, '_ctx', contextMethods) as NativeContext
