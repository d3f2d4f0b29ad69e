import { createReply } from './attempt.ts'
import { decodeError } from '../endpoints/openai-delta.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { Failure } from './failure.ts'
import { judgeEmpty } from './judge-empty.ts'
import { keepOutput } from './keep-output.ts'
import { joinUsage, type Reader } from './stream-reader.ts'

const maxAnswerBytes = 64 * 1024 * 1024
const maxRefusalBytes = 64 * 1024

/** Reads an answer that comes in one piece. */
export const createBodyReader = (endpoint: Endpoint, wantsOutput = false): Reader => {
  const reply = createReply()
  const body = createBody(maxAnswerBytes)

  const decode = (): Failure | undefined => {
    if (body.overflowed())
      return { kind: 'invalid_response', message: `the answer has over ${maxAnswerBytes} bytes` }
    const delta = endpoint.decode(parseJson(body.text()))
    if (delta === undefined)
      return { kind: 'invalid_response', message: `not JSON: ${body.text().slice(0, 100)}` }
    if (delta.error !== undefined) {
      return { kind: 'stream_error', message: `an error with status 200: ${delta.error}` }
    }
    const { timings, finishReason, text, vectors } = delta
    Object.assign(reply, { usage: joinUsage(undefined, delta.usage), timings, finishReason })
    if (text !== undefined) reply.text = text
    if (wantsOutput && delta.hasOutput) keepOutput(reply, delta)
    if (vectors !== undefined) reply.vectors = vectors
    return delta.hasOutput ? undefined : judgeEmpty(reply, 'the answer holds no output')
  }

  return { reply, read: (chunk) => body.push(chunk), complete: () => false, end: decode }
}

/** Reads the reason out of an answer whose status is not 200. */
export const createRefusalReader = (status: number): Reader => {
  const body = createBody(maxRefusalBytes)
  return {
    reply: createReply(),
    read: (chunk) => body.push(chunk),
    complete: () => true,
    end: () => ({ kind: `http_${status}`, message: explain(body.text()) || `HTTP ${status} without a body` }),
  }
}

/** Reads nothing: the answer is of a kind that was not asked for. */
export const createWrongTypeReader = (asked: 'stream' | 'whole', type: string): Reader => {
  const message =
    asked === 'stream'
      ? `asked for a stream, got ${type || 'no content type'}; try --no-stream`
      : 'asked for one answer, got an event stream'
  return {
    reply: createReply(),
    read: () => {},
    complete: () => true,
    end: () => ({ kind: 'invalid_response', message }),
  }
}

const explain = (text: string): string => {
  const json = parseJson(text)
  if (typeof json !== 'object' || json === null) return text.slice(0, 200).trim()
  const { error, detail, message } = json as Record<string, unknown>
  return decodeError(error) ?? decodeError(detail) ?? decodeError(message) ?? text.slice(0, 200)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const createBody = (
  maxBytes: number,
): { push(chunk: Uint8Array): void; text(): string; overflowed(): boolean } => {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    push(chunk) {
      bytes += chunk.length
      if (bytes <= maxBytes) chunks.push(Buffer.from(chunk))
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
    overflowed: () => bytes > maxBytes,
  }
}
