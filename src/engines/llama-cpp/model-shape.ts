import { AppError } from '../../errors.ts'
import type { GgufFile } from './gguf-file.ts'
import type { GgufValue } from './gguf-header.ts'
import { readVocabulary, type VocabularyShape } from './gguf-vocabulary.ts'

/** The sizes that memory and limits follow from. */
export type ModelShape = VocabularyShape & {
  architecture: string
  embedding: number
  trainedContextLength: number
  /** Keys and values of one token in all layers, as numbers. */
  cacheWidth: number
  feedForward: number
  headWidth: number
}

const largestSize = 2 ** 31
const attentionTensor = /^blk\.\d+\.attn_(q|k|qkv)\.weight$/
const feedForwardTensor = /^blk\.\d+\.ffn_(up|down|gate)\.weight$/

const epsilons = ['attention.layer_norm_rms_epsilon', 'attention.layer_norm_epsilon']

export function readArchitecture({ path, header }: GgufFile): string {
  const architecture = header.metadata.get('general.architecture')
  if (typeof architecture === 'string' && architecture !== '') return architecture
  throw new AppError(
    'invalid_model',
    `${path} names no architecture (general.architecture): it is not a model`,
  )
}

/** Throws `invalid_model` for sizes that no model has: llama.cpp divides by some and asserts others. */
export function readShape(file: GgufFile): ModelShape {
  const { path, header } = file
  const architecture = readArchitecture(file)
  const key = (name: string) => `${architecture}.${name}`
  const read = (name: string) => header.metadata.get(key(name))
  const size = (name: string): number => {
    const value = read(name)
    if (isSize(value)) return value
    throw new AppError('invalid_model', `${path} is damaged: ${key(name)} is ${describe(value)}`)
  }
  const heads = largest(read('attention.head_count'))
  const feedForward = largest(read('feed_forward_length'))
  assertUsed(file, { size: heads, tensor: attentionTensor, key: key('attention.head_count') })
  const cacheHeads = read('attention.head_count_kv') ?? read('attention.head_count')
  assertUsed(file, {
    size: largest(cacheHeads),
    tensor: attentionTensor,
    key: key('attention.head_count_kv'),
  })
  assertUsed(file, { size: feedForward, tensor: feedForwardTensor, key: key('feed_forward_length') })
  for (const name of epsilons) assertEpsilon(path, key(name), read(name))
  const embedding = size('embedding_length')
  const headWidth = heads > 0 ? Math.floor(embedding / heads) : 0
  const keyWidth = largest(read('attention.key_length'), headWidth)
  const valueWidth = largest(read('attention.value_length'), headWidth)
  const narrowest = Math.min(keyWidth, valueWidth)
  assertUsed(file, { size: narrowest, tensor: attentionTensor, key: key('attention.key_length') })
  return {
    ...readVocabulary(file),
    architecture,
    embedding,
    trainedContextLength: size('context_length'),
    cacheWidth: sumOverLayers(cacheHeads, size('block_count')) * (keyWidth + valueWidth),
    feedForward,
    headWidth: keyWidth,
  }
}

/** llama.cpp aborts the process when such a size is missing while its tensors are there. */
function assertUsed(
  { path, header }: GgufFile,
  { size, tensor, key }: { size: number; tensor: RegExp; key: string },
): void {
  if (size > 0 || !header.tensors.some(({ name }) => tensor.test(name))) return
  throw new AppError('invalid_model', `${path} is damaged: ${key} is missing or 0`)
}

function assertEpsilon(path: string, key: string, value: GgufValue | undefined): void {
  if (value === undefined || (typeof value === 'number' && value >= 0 && Number.isFinite(value))) return
  throw new AppError('invalid_model', `${path} is damaged: ${key} is ${describe(value)}`)
}

const isSize = (value: GgufValue | undefined): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value < largestSize

const describe = (value: GgufValue | undefined): string =>
  value === undefined ? 'missing' : typeof value === 'object' ? 'a list' : String(value)

/** Some models give a number per layer. */
const largest = (value: GgufValue | undefined, otherwise = 0): number => {
  if (typeof value === 'number') return value
  if (typeof value !== 'object') return otherwise
  return value.numbers.reduce((most, number) => Math.max(most, number), 0)
}
const sumOverLayers = (value: GgufValue | undefined, layers: number): number => {
  if (typeof value === 'number') return value * layers
  return typeof value === 'object' ? value.numbers.reduce((sum, number) => sum + number, 0) : 0
}
