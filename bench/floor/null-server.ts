import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monotonicNow } from '../../src/machine-clock.ts'

/** How the null server answers one request; it comes in the request itself. */
export type NullAnswer = {
  stream: boolean
  /** Events with output, of one token each. */
  events: number
  /** From the request's arrival to the first event, or to the whole answer. */
  firstMs: number
  gapMs: number
  /** To a part of a millisecond, by asking the clock all the time; ordinary timers fire up to a millisecond late. */
  exact?: boolean
}

/**
 * A server that does no work: it answers when asked to (by default with 50 tokens/s; the model `spread` begins each
 * answer at a moment of its own within a token's time, where `null` begins at once), and stamps each event with the moment at which it hands it
 * to its socket. What a load generator measures beyond the stamps is its own.
 */
export const startNullServer = async (
  port = 0,
): Promise<{ url: string; server: Server; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const receivedAt = monotonicNow()
    if (request.method === 'GET') return sendJson(response, { object: 'list', data: [{ id: 'null' }] })
    readAnswer(request).then(
      (answer) =>
        answer.stream ? stream(response, answer, receivedAt) : whole(response, answer, receivedAt),
      () => response.writeHead(400).end(),
    )
  })
  server.on('connection', (socket) => socket.setNoDelay(true).on('error', () => {}))
  // Every connection of a run comes at once.
  await new Promise<void>((resolve) => server.listen({ port, host: '127.0.0.1', backlog: 4096 }, resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    server,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const maxEvents = 100_000
const defaults: NullAnswer = { stream: false, events: 50, firstMs: 0, gapMs: 20 }

const readAnswer = async (request: IncomingMessage): Promise<NullAnswer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const asked = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    model?: string
    stream?: boolean
    max_tokens?: number
    null_server?: Partial<NullAnswer>
  }
  const stream = asked.stream === true
  const events = asked.max_tokens ?? defaults.events
  const answer = { ...defaults, ...delayOf(asked.model ?? ''), events, ...asked.null_server, stream }
  return { ...answer, events: Math.min(Math.max(1, answer.events), maxEvents) }
}

/** `delay-20` answers after 20 ms as timers go, `exact-20` after 20.0 ms. */
const delayOf = (model: string): Pick<NullAnswer, 'firstMs' | 'exact'> => {
  if (model === 'spread') return { firstMs: Math.random() * defaults.gapMs }
  const [, kind, milliseconds] = /^(delay|exact)-(\d{1,5})$/.exec(model) ?? []
  return { firstMs: Number(milliseconds ?? defaults.firstMs), exact: kind === 'exact' }
}

const after = (milliseconds: number, act: () => void): void => {
  if (milliseconds > 0) setTimeout(act, milliseconds)
  else act()
}

/** A timer for most of the time, then one look at the clock in each turn of the loop. */
const at = (due: number, act: () => void): void => {
  const look = (): void => void (monotonicNow() >= due ? act() : setImmediate(look))
  after(due - monotonicNow() - timerErrorMs, look)
}

/** Node counts its timers in whole milliseconds from the beginning of a turn. */
const timerErrorMs = 1

const stream = (response: ServerResponse, answer: NullAnswer, receivedAt: number): void => {
  let sent = 0
  const next = (): void => {
    if (response.destroyed) return
    if (sent === 0) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    const now = monotonicNow()
    const received = sent === 0 ? `,"received_ms":${receivedAt}` : ''
    sent += 1
    response.write(
      `data: {"sent_ms":${now}${received},"choices":[{"index":0,"delta":{"content":"word "},"finish_reason":null}]}\n\n`,
    )
    if (sent === answer.events) return void response.end(closing(sent))
    // Counted from the beginning: a late timer must not slow the pace down.
    after(Math.max(0.01, receivedAt + answer.firstMs + sent * answer.gapMs - monotonicNow()), next)
  }
  after(answer.firstMs, next)
}

const closing = (tokens: number): string =>
  `data: {"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}\n\n` +
  `data: {"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":${tokens}}}\n\n` +
  'data: [DONE]\n\n'

const whole = (response: ServerResponse, answer: NullAnswer, receivedAt: number): void => {
  const send = (): void =>
    sendJson(response, {
      received_ms: receivedAt,
      sent_ms: monotonicNow(),
      choices: [{ index: 0, message: { role: 'assistant', content: 'word' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 12, completion_tokens: 1 },
    })
  if (answer.exact === true) at(receivedAt + answer.firstMs, send)
  else after(answer.firstMs, send)
}

const sendJson = (response: ServerResponse, value: object): void => {
  const body = JSON.stringify(value)
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body)
}
