import { createGgufCursor, type GgufCursor } from './gguf-cursor.ts'

/** Arrays are skipped: what matters of them is how many there are, small numbers, and some facts about strings. */
export type GgufArray = { length: number; numbers: number[]; strings: StringFacts | undefined }
/** `byteTokens` counts strings such as `<0x0A>`; a duplicate is a string, not empty, that was there before. */
export type StringFacts = { longest: number; byteTokens: number; duplicate: string | undefined }
export type GgufValue = number | boolean | string | GgufArray
export type GgufTensor = { name: string; dimensions: number[]; type: number; offset: number }
export type GgufHeader = {
  version: number
  metadata: Map<string, GgufValue>
  tensors: GgufTensor[]
  /** Where tensor data begins; tensor offsets count from here. */
  dataOffset: number
}

/** The file breaks the format; the message completes "FILE is not a valid GGUF: ". */
export class GgufFormatError extends Error {}

const magic = 0x46554747
const defaultAlignment = 32
const maxDimensions = 4
const keptNumbers = 4096
/** The only strings that have to be different; merges and scores are ten times as many bytes. */
const distinctKey = 'tokenizer.ggml.tokens'

/** https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const valueType = { int8: 1, int16: 3, int32: 5, float32: 6, bool: 7, string: 8, array: 9, float64: 12 }
const fixedSizes: Record<number, number> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
}

/** Throws OutOfBytes when `bytes` ends before the header does. */
export function decodeGgufHeader(bytes: Buffer): GgufHeader {
  const cursor = createGgufCursor(bytes)
  if (cursor.u32() !== magic) throw new GgufFormatError('it does not begin with the letters GGUF')
  const version = cursor.u32()
  if (version !== 2 && version !== 3)
    throw new GgufFormatError(`version ${version} is unknown (2 and 3 are read)`)
  const tensorCount = cursor.u64()
  const keyCount = cursor.u64()
  const metadata = readMetadata(cursor, keyCount)
  const tensors = readTensors(cursor, tensorCount)
  const alignment = metadata.get('general.alignment') ?? defaultAlignment
  if (typeof alignment !== 'number' || alignment < 1 || alignment % 8 !== 0) {
    throw new GgufFormatError('general.alignment is not a multiple of 8')
  }
  return { version, metadata, tensors, dataOffset: Math.ceil(cursor.offset / alignment) * alignment }
}

function readMetadata(cursor: GgufCursor, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>()
  for (let index = 0; index < count; index++) {
    const key = cursor.string()
    if (metadata.has(key)) throw new GgufFormatError(`the key ${printable(key)} is there twice`)
    metadata.set(key, readValue(cursor, cursor.u32(), key))
  }
  return metadata
}

function readValue(cursor: GgufCursor, type: number, key: string): GgufValue {
  switch (type) {
    case valueType.string:
      return cursor.string()
    case valueType.array:
      return readArray(cursor, key)
    case valueType.bool:
      return cursor.u8() !== 0
    default:
      return readNumber(cursor, type, key)
  }
}

function readNumber(cursor: GgufCursor, type: number, key: string): number {
  switch (type) {
    case valueType.float32:
      return cursor.float32()
    case valueType.float64:
      return cursor.float64()
    case 0:
      return cursor.u8()
    case valueType.int8:
      return (cursor.u8() << 24) >> 24
    case 2:
      return cursor.u8() | (cursor.u8() << 8)
    case valueType.int16:
      return ((cursor.u8() | (cursor.u8() << 8)) << 16) >> 16
    case 4:
      return cursor.u32()
    case valueType.int32:
      return cursor.u32() | 0
    case 10:
    case 11:
      return cursor.u64()
    default:
      throw new GgufFormatError(`${printable(key)} has the unknown value type ${type}`)
  }
}

function readArray(cursor: GgufCursor, key: string): GgufArray {
  const type = cursor.u32()
  const length = cursor.u64()
  const array: GgufArray = { length, numbers: [], strings: undefined }
  if (type === valueType.string) {
    return {
      ...array,
      strings: key === distinctKey ? readTokens(cursor, length) : skipStrings(cursor, length),
    }
  }
  const size = fixedSizes[type]
  if (size === undefined) throw new GgufFormatError(`${printable(key)} has the unknown element type ${type}`)
  if (length > keptNumbers || type === valueType.bool) cursor.skip(length * size)
  else for (let index = 0; index < length; index++) array.numbers.push(readNumber(cursor, type, key))
  return array
}

function skipStrings(cursor: GgufCursor, length: number): StringFacts {
  let longest = 0
  for (let index = 0; index < length; index++) longest = Math.max(longest, cursor.skipString())
  return { longest, byteTokens: 0, duplicate: undefined }
}

function readTokens(cursor: GgufCursor, length: number): StringFacts {
  const facts: StringFacts = { longest: 0, byteTokens: 0, duplicate: undefined }
  const seen = new Set<string>()
  for (let index = 0; index < length; index++) {
    const bytes = cursor.bytes()
    facts.longest = Math.max(facts.longest, bytes.length)
    // llama.cpp's strings end at a zero byte.
    const token = bytes.split('\0', 1)[0]!
    if (seen.has(token)) facts.duplicate ??= token
    if (token !== '') seen.add(token)
    if (/^<0x[0-9A-F]{2}>$/.test(token)) facts.byteTokens++
  }
  return facts
}

function readTensors(cursor: GgufCursor, count: number): GgufTensor[] {
  const tensors: GgufTensor[] = []
  for (let index = 0; index < count; index++) {
    const name = cursor.string()
    const dimensionCount = cursor.u32()
    if (dimensionCount < 1 || dimensionCount > maxDimensions) {
      throw new GgufFormatError(`the tensor ${printable(name)} has ${dimensionCount} dimensions`)
    }
    const dimensions = Array.from({ length: dimensionCount }, () => cursor.u64())
    tensors.push({ name, dimensions, type: cursor.u32(), offset: cursor.u64() })
  }
  return tensors
}

/** Keys and names come from the file: keep control characters and novels out of messages. */
const printable = (text: string): string => JSON.stringify(text.slice(0, 64))
