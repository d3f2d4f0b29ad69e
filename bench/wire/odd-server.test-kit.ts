import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type OddRequest = { path: string; body: Record<string, unknown>; headers: IncomingMessage['headers'] }
export type OddAnswer = (response: ServerResponse, request: OddRequest) => unknown

export type OddServer = {
  url: string
  /** What was asked, in order; the model list is not in it. */
  requests: OddRequest[]
  connections(): number
  /** Requests being answered at this moment, and the most there ever were. */
  mostAtOnce(): number
  close(): Promise<void>
}

/** A real HTTP server that answers every POST as the test says, and `GET .../models` with one model. */
export const startOddServer = async (answer: OddAnswer): Promise<OddServer> => {
  const requests: OddRequest[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  let now = 0
  let most = 0
  const server = createServer((message, response) => {
    if (message.method === 'GET')
      return void response.end(JSON.stringify({ data: [{ id: 'odd' }, { id: 'other' }] }))
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => {
      now += 1
      most = Math.max(most, now)
      response.once('close', () => (now -= 1))
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
      const request = { path: message.url ?? '', body, headers: message.headers }
      requests.push(request)
      void answer(response, request)
    })
  })
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    connections: () => connections,
    mostAtOnce: () => most,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const event = (value: unknown): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
export const roleEvent = event({
  choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
})
export const textEvent = (content: string): string =>
  event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
export const finishEvent = (reason = 'stop'): string =>
  event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
export const usageEvent = (promptTokens: number, outputTokens: number, cachedTokens?: number): string =>
  event({
    choices: [],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: outputTokens,
      ...(cachedTokens !== undefined && { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    },
  })
export const doneEvent = event('[DONE]')

/** An answer as a good server streams it: `tokens` events of one token each. */
export const goodStream = (tokens: number, promptTokens = 10): string =>
  roleEvent +
  textEvent('word ').repeat(tokens) +
  finishEvent('length') +
  usageEvent(promptTokens, tokens) +
  doneEvent

export const startStream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })

/** Writes one piece and resolves when the other side may have read it as a piece of its own. */
export const writeAlone = (response: ServerResponse, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => response.write(bytes, () => setImmediate(resolve)))
