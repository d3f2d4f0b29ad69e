/** Thrown when the bytes read so far end inside a value; the caller reads more or calls the file truncated. */
export class OutOfBytes extends Error {}

export type GgufCursor = {
  readonly offset: number
  skip(bytes: number): void
  u8(): number
  u32(): number
  /** Refuses what JavaScript cannot count: no real file has such numbers. */
  u64(): number
  float32(): number
  float64(): number
  string(): string
  /** One character per byte, so that different bytes stay different. */
  bytes(): string
  /** Returns how many bytes it has. */
  skipString(): number
}

/** Reads little-endian values in order; never past the end, never allocating what a length field claims. */
export function createGgufCursor(bytes: Buffer): GgufCursor {
  let offset = 0
  const take = (length: number): number => {
    if (length > bytes.length - offset) throw new OutOfBytes()
    const start = offset
    offset += length
    return start
  }
  const u64 = (): number => {
    const value = bytes.readBigUInt64LE(take(8))
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`a length of ${value}`)
    return Number(value)
  }
  const readString = (encoding: 'utf8' | 'latin1'): string => {
    const length = u64()
    const start = take(length)
    return bytes.toString(encoding, start, start + length)
  }
  return {
    get offset() {
      return offset
    },
    skip: (length) => void take(length),
    u8: () => bytes.readUInt8(take(1)),
    u32: () => bytes.readUInt32LE(take(4)),
    u64,
    float32: () => bytes.readFloatLE(take(4)),
    float64: () => bytes.readDoubleLE(take(8)),
    string: () => readString('utf8'),
    bytes: () => readString('latin1'),
    skipString() {
      const length = u64()
      take(length)
      return length
    },
  }
}
