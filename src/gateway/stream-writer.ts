import type { ServerResponse } from 'node:http'
import { encodeSse, encodeSseComment } from '../sse.ts'
import type { ServerEvent } from '../protocols/protocol.ts'
import { addBlank, fillBlanks } from './stamps.ts'
import { waitForRoom } from './wait-for-room.ts'

/** Enough for one write to be worth its system call. */
const flushLength = 16 * 1024

export type StreamOptions = {
  format: 'sse' | 'ndjson'
  /** Each event says when it was sent. */
  stamps: boolean
  keepAliveMs: number
  /** How long a client may leave a full buffer unread before it counts as gone. */
  stallMs: number
  /** Runs once, before the first byte; writes the head. */
  begin(): void
  /** For the comments: what the caller waits for. */
  describeWait(): string
}

export type StreamWriter = {
  readonly begun: boolean
  /** Leaves with whatever else comes in this turn of the event loop. */
  write(event: ServerEvent): void
  /** Undefined while the client keeps up; else resolves when it has read, rejects when it never will. */
  room(): Promise<void> | undefined
  end(): void
  /** The last event of a stream that failed. The connection stays: its next request may be on its way already. */
  fail(event: ServerEvent): void
  /** Nothing leaves any more: no keep-alive, and nothing that was not flushed. */
  stop(): void
}

/** Puts events on the wire: batched, with comments in long silences, and never more than the client reads. */
export function createStreamWriter(response: ServerResponse, options: StreamOptions): StreamWriter {
  const encodeEvent = options.format === 'sse' ? encodeSse : encodeLine
  const encode = options.stamps ? (event: ServerEvent) => encodeEvent(addBlank(event)) : encodeEvent
  const outlet = createOutlet(response, options)
  let buffer = ''
  let flushing = false

  const take = () => {
    const text = buffer
    buffer = ''
    return options.stamps ? fillBlanks(text) : text
  }
  const flush = () => {
    flushing = false
    if (buffer === '' || response.destroyed) return
    outlet.write(take())
    silence.broken()
  }
  const silence = watchSilence(options, () => {
    if (response.destroyed || response.writableNeedDrain) return
    outlet.write(encodeSseComment(options.describeWait()))
  })

  return {
    get begun() {
      return outlet.begun
    },
    write(event) {
      buffer += encode(event)
      if (buffer.length >= flushLength) flush()
      else if (!flushing) setImmediate(flush)
      flushing = buffer !== ''
    },
    room: () =>
      response.writableNeedDrain || response.destroyed ? waitForRoom(response, options.stallMs) : undefined,
    end: () => outlet.end(take()),
    fail(event) {
      buffer += encode(event)
      outlet.end(take())
    },
    stop() {
      silence.stop()
      buffer = ''
    },
  }
}

/** The response, whose head is written when the first byte needs it. */
function createOutlet(response: ServerResponse, options: Pick<StreamOptions, 'begin'>) {
  const outlet = {
    begun: false,
    write(text: string) {
      begin()
      response.write(text)
    },
    end(text: string) {
      begin()
      response.end(text)
    },
  }
  const begin = () => {
    if (!outlet.begun) options.begin()
    outlet.begun = true
  }
  return outlet
}

const encodeLine = ({ data }: ServerEvent): string => `${data}\n`

/** NDJSON knows no comments, so its silences stay silent. */
function watchSilence({ format, keepAliveMs }: StreamOptions, onSilence: () => void) {
  const speak = () => {
    onSilence()
    timer?.refresh()
  }
  const timer = format === 'sse' ? setTimeout(speak, keepAliveMs) : undefined
  return { broken: () => timer?.refresh(), stop: () => clearTimeout(timer) }
}
