/** Writes GGUF headers for tests, right ones and wrong ones. */
type Entry = [key: string, value: string | number | string[]]

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const string = (text: string): Buffer => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)])

const value = (content: Entry[1]): Buffer => {
  if (typeof content === 'string') return Buffer.concat([u32(8), string(content)])
  if (typeof content === 'number') return Buffer.concat([u32(4), u32(content)])
  return Buffer.concat([u32(9), u32(8), u64(content.length), ...content.map(string)])
}

export type GgufParts = {
  version?: number
  entries?: Entry[]
  tensors?: { name: string; dimensions: number[]; type: number; offset: number }[]
  dataBytes?: number
}

export function encodeGguf({ version = 3, entries = [], tensors = [], dataBytes = 0 }: GgufParts): Buffer {
  const header = Buffer.concat([
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(entries.length),
    ...entries.flatMap(([key, content]) => [string(key), value(content)]),
    ...tensors.flatMap(({ name, dimensions, type, offset }) => [
      string(name),
      u32(dimensions.length),
      ...dimensions.map(u64),
      u32(type),
      u64(offset),
    ]),
  ])
  const padding = (32 - (header.length % 32)) % 32
  return Buffer.concat([header, Buffer.alloc(padding + dataBytes)])
}

/** The smallest header that passes for a llama model. */
export const llamaEntries: Entry[] = [
  ['general.architecture', 'llama'],
  ['llama.block_count', 1],
  ['llama.context_length', 128],
  ['llama.embedding_length', 32],
  ['llama.attention.head_count', 2],
  ['llama.feed_forward_length', 64],
  ['tokenizer.ggml.model', 'gpt2'],
  ['tokenizer.ggml.tokens', ['a', 'b']],
]

export const withEntry = (key: string, content: Entry[1]): Entry[] => [
  ...llamaEntries.filter(([other]) => other !== key),
  [key, content],
]
export const withoutEntry = (key: string): Entry[] => llamaEntries.filter(([other]) => other !== key)
