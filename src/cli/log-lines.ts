import { open, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'

const blockBytes = 64 * 1024
const pollMs = 200

/** The last lines of a file, read from its end, and where they stop. */
export async function lastLines(path: string, count: number): Promise<{ lines: string[]; position: number }> {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT')
      throw new AppError('not_found', `there is no log yet at ${path}; start the daemon with: sluice serve`, {
        cause,
      })
    throw new AppError('internal_error', `${path} cannot be read (${cause.code})`, { cause })
  })
  try {
    const { size } = await file.stat()
    const blocks: Buffer[] = []
    let start = size
    let newlines = 0
    while (start > 0 && newlines <= count) {
      const length = Math.min(blockBytes, start)
      start -= length
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, start)
      newlines += countNewlines(buffer)
      blocks.unshift(buffer)
    }
    const lines = Buffer.concat(blocks).toString('utf8').split('\n')
    if (lines.at(-1) === '') lines.pop()
    return { lines: count === 0 ? [] : lines.slice(-count), position: size }
  } finally {
    await file.close()
  }
}

const countNewlines = (buffer: Buffer) => buffer.reduce((sum, byte) => (byte === 10 ? sum + 1 : sum), 0)

/** Prints what is appended, across a rotation, until `signal` aborts. Polls: file events differ on every platform. */
export async function followFile(
  path: string,
  from: number,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let position = from
  let rest = ''
  while (!signal.aborted) {
    const size = (await stat(path).catch(() => undefined))?.size ?? 0
    if (size < position) position = 0
    if (size > position) {
      const text = rest + (await readRange(path, position, size))
      const lines = text.split('\n')
      rest = lines.pop() ?? ''
      position = size
      for (const line of lines) print(line)
    }
    await delay(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

async function readRange(path: string, start: number, end: number): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
