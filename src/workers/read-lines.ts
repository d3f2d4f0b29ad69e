import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Longer lines lose their end. */
const maxLineLength = 4_000

/** Calls `onLine` for each line of a process's output, whatever it writes: without bound in neither length nor memory. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let held = ''
  const take = (text: string) => {
    const [rest = '', ...others] = text.split('\n')
    held = join(held, rest)
    for (const part of others) {
      flush()
      held = join('', part)
    }
  }
  const flush = () => {
    const line = held.replace(/\r$/, '')
    held = ''
    if (line.trim() !== '') onLine(line)
  }
  stream.on('data', (bytes: Buffer) => take(decoder.write(bytes)))
  stream.once('end', () => {
    take(decoder.end())
    flush()
  })
  // A pipe that breaks is the process's end, which is noticed elsewhere.
  stream.on('error', () => undefined)
}

const join = (held: string, more: string) =>
  held.length >= maxLineLength ? held : (held + more).slice(0, maxLineLength)
