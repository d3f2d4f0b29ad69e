import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'

export type OpenAnswer = {
  response: IncomingMessage
  /** What has arrived so far. */
  text(): string
  /** Resolves with everything when the body has ended, however it did. */
  ended: Promise<string>
  leave(): void
}

export function send(port: number, body: object, path = '/v1/chat/completions'): ClientRequest {
  const outgoing = request({
    port,
    path,
    host: '127.0.0.1',
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json' },
  })
  outgoing.on('error', () => {})
  outgoing.end(JSON.stringify(body))
  return outgoing
}

/** Resolves when the response's head has arrived. */
export async function openAnswer(port: number, body: object, path?: string): Promise<OpenAnswer> {
  const outgoing = send(port, body, path)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  response.on('error', () => {})
  const ended = new Promise<string>((resolve) => response.once('close', () => resolve(text)))
  return { response, text: () => text, ended, leave: () => outgoing.destroy() }
}

/** Sends bytes as they are; resolves with everything that comes back before the server closes. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('latin1').on('error', () => {})
  let answer = ''
  socket.on('data', (chunk: string) => (answer += chunk))
  socket.write(bytes)
  await once(socket, 'close')
  return answer
}

/** The JSON of each `data:` line but `[DONE]`. */
export const parseEvents = <T = Record<string, unknown>>(text: string): T[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)) as T)
