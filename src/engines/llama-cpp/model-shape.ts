import { AppError } from '../../errors.ts'
import type { GgufFile } from './gguf-file.ts'
import type { GgufValue } from './gguf-header.ts'

/** The sizes that memory and limits follow from. */
export type ModelShape = {
  architecture: string
  layers: number
  embedding: number
  trainedContextLength: number
  vocabularySize: number
  longestToken: number
  /** Keys and values of one token in all layers, as numbers. */
  cacheWidth: number
  feedForward: number
}

const largestSize = 2 ** 31

export function readArchitecture({ path, header }: GgufFile): string {
  const architecture = header.metadata.get('general.architecture')
  if (typeof architecture === 'string' && architecture !== '') return architecture
  throw new AppError(
    'invalid_model',
    `${path} names no architecture (general.architecture): it is not a model`,
  )
}

/** Throws `invalid_model` for sizes that no model has: llama.cpp divides by some of them. */
export function readShape(file: GgufFile): ModelShape {
  const { path } = file
  const { metadata } = file.header
  const architecture = readArchitecture(file)
  const read = (key: string) => metadata.get(`${architecture}.${key}`)
  const size = (key: string): number => {
    const value = read(key)
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < largestSize) return value
    throw new AppError('invalid_model', `${path} is damaged: ${architecture}.${key} is ${describe(value)}`)
  }
  const layers = size('block_count')
  const embedding = size('embedding_length')
  const heads = largest(read('attention.head_count'))
  const tokens = metadata.get('tokenizer.ggml.tokens')
  if (tokens === undefined || typeof tokens !== 'object' || tokens.length === 0) {
    throw new AppError(
      'invalid_model',
      `${path} has no vocabulary (tokenizer.ggml.tokens): it cannot answer text`,
    )
  }
  const headWidth = heads > 0 ? embedding / heads : 0
  const width =
    largest(read('attention.key_length'), headWidth) + largest(read('attention.value_length'), headWidth)
  return {
    architecture,
    layers,
    embedding,
    trainedContextLength: size('context_length'),
    vocabularySize: tokens.length,
    longestToken: Math.max(1, tokens.longestString),
    cacheWidth:
      sumOverLayers(read('attention.head_count_kv') ?? read('attention.head_count'), layers) * width,
    feedForward: largest(read('feed_forward_length')),
  }
}

const describe = (value: GgufValue | undefined): string =>
  value === undefined ? 'missing' : typeof value === 'object' ? 'a list' : String(value)

/** Some models give a number per layer. */
const largest = (value: GgufValue | undefined, otherwise = 0): number => {
  if (typeof value === 'number') return value
  return typeof value === 'object'
    ? value.numbers.reduce((most, number) => Math.max(most, number), 0)
    : otherwise
}
const sumOverLayers = (value: GgufValue | undefined, layers: number): number => {
  if (typeof value === 'number') return value * layers
  return typeof value === 'object' ? value.numbers.reduce((sum, number) => sum + number, 0) : 0
}
