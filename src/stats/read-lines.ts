import { closeSync, openSync, readSync } from 'node:fs'

const mostBytes = 1024 ** 2
const newline = 10

export type LineChunk = { lines: string[]; bytes: number }

/** Whole lines from `offset` on, at most `most` and about a MiB; what has no end yet is left. */
export function readLines(path: string, offset: number, most: number): LineChunk {
  const buffer = readBytes(path, offset)
  const lines: string[] = []
  let start = 0
  while (lines.length < most) {
    const end = buffer.indexOf(newline, start)
    if (end === -1) break
    lines.push(buffer.toString('utf8', start, end))
    start = end + 1
  }
  // No line of ours is so long: what fills the buffer without an end is damage, and stepped over.
  if (start === 0 && buffer.length === mostBytes) return { lines: [''], bytes: buffer.length }
  return { lines, bytes: start }
}

function readBytes(path: string, offset: number): Buffer {
  const buffer = Buffer.allocUnsafe(mostBytes)
  const descriptor = openSync(path, 'r')
  try {
    let length = 0
    for (;;) {
      const got = readSync(descriptor, buffer, length, mostBytes - length, offset + length)
      length += got
      if (got === 0 || length === mostBytes) return buffer.subarray(0, length)
    }
  } finally {
    closeSync(descriptor)
  }
}
