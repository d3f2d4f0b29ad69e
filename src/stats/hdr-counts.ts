/** The V2 encoding of HdrHistogram, uncompressed: a head, then zigzag LEB128 numbers, negative for runs of zeros. */
const cookie = 0x1c849313
const headBytes = 40

export type CountsFormat = { digits: number; highestMicroseconds: number }

export function encodeCounts(counts: Float64Array, { digits, highestMicroseconds }: CountsFormat): Buffer {
  const body: number[] = []
  const last = counts.findLastIndex((count) => count > 0)
  let zeros = 0
  for (const count of counts.subarray(0, last + 1)) {
    if (count === 0) zeros += 1
    else {
      if (zeros > 0) writeNumber(body, -zeros)
      zeros = 0
      writeNumber(body, count)
    }
  }
  const head = Buffer.alloc(headBytes)
  head.writeInt32BE(cookie, 0)
  head.writeInt32BE(body.length, 4)
  head.writeInt32BE(digits, 12)
  head.writeBigInt64BE(1n, 16)
  head.writeBigInt64BE(BigInt(highestMicroseconds), 24)
  head.writeDoubleBE(1, 32)
  return Buffer.concat([head, Buffer.from(body)])
}

export type DecodedCounts = {
  /** Indexes per power of two. */
  steps: number
  counts: [index: number, count: number][]
}

export const decodeCounts = (bytes: Buffer): DecodedCounts => ({
  steps: readSteps(bytes),
  counts: readNumbers(bytes),
})

/** How many values per power of two its digits ask for. */
function readSteps(bytes: Buffer): number {
  if (bytes.length < headBytes || bytes.readInt32BE(0) !== cookie) throw new Error('no histogram')
  const digits = bytes.readInt32BE(12)
  // The index offset is not looked at: hdr-histogram-js always writes 1 there and means 0.
  if (digits < 1 || digits > 5 || bytes.readBigInt64BE(16) !== 1n)
    throw new Error('a histogram with other settings')
  return 2 ** (Math.ceil(Math.log2(2 * 10 ** digits)) - 1)
}

function readNumbers(bytes: Buffer): [index: number, count: number][] {
  const end = headBytes + bytes.readInt32BE(4)
  if (end > bytes.length) throw new Error('a histogram that is cut off')
  const found: [number, number][] = []
  let index = 0
  let position = headBytes
  while (position < end) {
    let value = 0
    let scale = 1
    let byte
    do {
      byte = bytes[position]!
      position += 1
      // Not `<<`: counts may be larger than 32 bits.
      value += (byte & 127) * scale
      scale *= 128
    } while (byte > 127 && position < end)
    // Zigzag: odd numbers are negative.
    if (value % 2 === 1) index += (value + 1) / 2
    else {
      if (value > 0) found.push([index, value / 2])
      index += 1
    }
  }
  return found
}

function writeNumber(bytes: number[], signed: number): void {
  let value = signed < 0 ? -signed * 2 - 1 : signed * 2
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128)
  bytes.push(value)
}
