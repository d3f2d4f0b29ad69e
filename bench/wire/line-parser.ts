const LF = 0x0a
/** As for server-sent events: room for a chunk with everything in it, far below what would hurt. */
const maxLineBytes = 4 * 1024 * 1024

/** Lines of newline-delimited JSON, however the bytes are cut. Empty ones are left out. */
export const createLineParser = (
  onLine: (line: string) => void,
): { push(chunk: Uint8Array): void; end(): void } => {
  let parts: Buffer[] = []
  let bytes = 0
  const keep = (part: Buffer): void => {
    bytes += part.length
    if (bytes > maxLineBytes) throw new RangeError(`a line has more than ${maxLineBytes} bytes`)
    // The socket may use its memory again.
    if (part.length > 0) parts.push(Buffer.from(part))
  }
  const finish = (): void => {
    const line = Buffer.concat(parts).toString('utf8').trim()
    parts = []
    bytes = 0
    if (line !== '') onLine(line)
  }
  return {
    push(chunk) {
      let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      for (let at = rest.indexOf(LF); at !== -1; at = rest.indexOf(LF)) {
        keep(rest.subarray(0, at))
        finish()
        rest = rest.subarray(at + 1)
      }
      keep(rest)
    },
    end: finish,
  }
}
