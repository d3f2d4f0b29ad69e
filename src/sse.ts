/** Server-sent events, both directions. https://html.spec.whatwg.org/multipage/server-sent-events.html */

import { AppError } from './errors.ts'

export type SseEvent = { event?: string; data: string }

export const encodeSse = ({ event, data }: SseEvent): string =>
  event === undefined ? `data: ${data}\n\n` : `event: ${event}\ndata: ${data}\n\n`

/** A comment keeps proxies and clients awake and is invisible to parsers. */
export const encodeSseComment = (text: string): string => `: ${text}\n\n`

export type SseParser = {
  /** Calls back, in order and before it returns, for each event that `chunk` completes. The bytes are not kept. */
  push(chunk: Uint8Array): void
  /** An event without its closing blank line is dropped, as the standard says; afterwards the parser is as new. */
  end(): void
}

export type SseParserOptions = {
  onComment?: (text: string) => void
  /** Largest line, and largest event data, in bytes. Beyond it `push` throws: a peer may not fill our memory. */
  maxBytes?: number
}

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
/** Room for a chunk with full logprobs; far below what would hurt. */
const defaultMaxBytes = 4 * 1024 * 1024

export const createSseParser = (
  onEvent: (event: SseEvent) => void,
  { onComment, maxBytes = defaultMaxBytes }: SseParserOptions = {},
): SseParser => {
  const fields = createFields(onEvent, onComment, maxBytes)
  let atStart = true
  const lines = createLines((bytes, start, end) => {
    const from = atStart && hasByteOrderMark(bytes, start, end) ? start + 3 : start
    atStart = false
    fields.line(bytes, from, end)
  }, maxBytes)
  const end = (): void => {
    atStart = true
    lines.reset()
    fields.reset()
  }
  return { push: lines.push, end }
}

type OnLine = (bytes: Buffer, start: number, end: number) => void
type Lines = { push: (chunk: Uint8Array) => void; reset: () => void }

/**
 * Cuts bytes at CR, LF and CRLF. Line ends never occur inside a UTF-8 sequence, so only whole lines
 * are decoded and a chunk may be split anywhere.
 */
const createLines = (onLine: OnLine, maxBytes: number): Lines => {
  let partial: Buffer[] = []
  let partialBytes = 0
  let afterCr = false

  const reset = (): void => {
    partial = []
    partialBytes = 0
    afterCr = false
  }

  const takeLine: OnLine = (bytes, start, end) => {
    const length = partialBytes + end - start
    if (length > maxBytes) throw tooLong(maxBytes)
    if (partialBytes === 0) return onLine(bytes, start, end)
    const line = Buffer.concat([...partial, bytes.subarray(start, end)], length)
    reset()
    onLine(line, 0, length)
  }

  const keepPartial = (bytes: Buffer, start: number): void => {
    if (start === bytes.length) return
    partialBytes += bytes.length - start
    if (partialBytes > maxBytes) throw tooLong(maxBytes)
    partial.push(Buffer.from(bytes.subarray(start)))
  }

  const push = (chunk: Uint8Array): void => {
    if (chunk.length === 0) return
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let position = afterCr && bytes[0] === LF ? 1 : 0
    afterCr = false
    let lf = bytes.indexOf(LF, position)
    let cr = bytes.indexOf(CR, position)
    while (lf !== -1 || cr !== -1) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr
      takeLine(bytes, position, end)
      position = end + 1
      if (end === cr) {
        if (position === bytes.length) afterCr = true
        else if (bytes[position] === LF) position += 1
        cr = bytes.indexOf(CR, position)
      }
      if (lf !== -1 && lf < position) lf = bytes.indexOf(LF, position)
    }
    keepPartial(bytes, position)
  }

  return { push, reset }
}

/** What the standard does with one complete line. `id` and `retry` are for reconnecting, which nobody here does. */
const createFields = (
  onEvent: (event: SseEvent) => void,
  onComment: ((text: string) => void) | undefined,
  maxBytes: number,
): { line(bytes: Buffer, start: number, end: number): void; reset(): void } => {
  let event = ''
  let data: string | undefined
  let dataBytes = 0

  const reset = (): void => {
    event = ''
    data = undefined
    dataBytes = 0
  }

  const dispatch = (): void => {
    if (data === undefined) return reset()
    const complete = event === '' ? { data } : { event, data }
    reset()
    onEvent(complete)
  }

  const line = (bytes: Buffer, start: number, end: number): void => {
    if (start === end) return dispatch()
    if (bytes[start] === COLON) return onComment?.(valueOf(bytes, start, end))
    const found = bytes.indexOf(COLON, start)
    const colon = found === -1 || found > end ? end : found
    const field = bytes.toString('latin1', start, colon)
    if (field === 'event') event = valueOf(bytes, colon, end)
    if (field !== 'data') return
    dataBytes += end - start
    if (dataBytes > maxBytes) throw tooLong(maxBytes)
    const value = valueOf(bytes, colon, end)
    data = data === undefined ? value : `${data}\n${value}`
  }

  return { line, reset }
}

/** The text after the colon, less one leading space; a field without a colon has an empty value. */
const valueOf = (bytes: Buffer, colon: number, end: number): string => {
  if (colon >= end) return ''
  const start = colon + 1
  return bytes.toString('utf8', start < end && bytes[start] === SPACE ? start + 1 : start, end)
}

const hasByteOrderMark = (bytes: Buffer, start: number, end: number): boolean =>
  end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf

const tooLong = (maxBytes: number): AppError =>
  new AppError(
    'engine_failed',
    `the event stream holds a line or an event of more than ${maxBytes} bytes; this is probably not a server-sent event stream`,
  )
