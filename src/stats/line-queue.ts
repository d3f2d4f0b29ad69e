/** Lines that wait for the disk; a write may end anywhere in them. */
export function createLineQueue() {
  let lines: string[] = []
  let length = 0
  let batch = Buffer.alloc(0)
  let offset = 0
  return {
    isEmpty: () => lines.length === 0 && offset === batch.length,
    bytes: () => length + batch.length - offset,
    push(line: string) {
      lines.push(line)
      length += line.length
    },
    /** The bytes to write next; undefined: there are none. */
    next(): Buffer | undefined {
      if (offset === batch.length) {
        if (lines.length === 0) return undefined
        batch = Buffer.from(lines.join(''))
        offset = 0
        lines = []
        length = 0
      }
      return batch.subarray(offset)
    },
    wrote: (bytes: number) => void (offset += bytes),
    /** Back to the start of the line that is half written. */
    rewind(): Buffer {
      if (offset > 0) offset = batch.lastIndexOf(10, offset - 1) + 1
      return batch.subarray(offset)
    },
  }
}

export type LineQueue = ReturnType<typeof createLineQueue>
