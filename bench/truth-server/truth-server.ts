import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { endpoints } from '../endpoints/registry.ts'
import { behaviours } from './behaviours.ts'
import { countWords } from './events.ts'
import { play } from './play.ts'
import type { Shape } from './streams.ts'
import { monotonicNow } from '../../src/machine-clock.ts'
import type { Truth } from './truth.ts'

export type TruthServer = {
  /** A base URL for any OpenAI client. The model's name chooses the behaviour. */
  url: string
  /** In the order in which the requests came. */
  truths: Truth[]
  close(): Promise<void>
}

/**
 * A real HTTP server that streams in every way known to mislead load generators and keeps the true time of each
 * output. `GET /truth` tells what it kept, for a load generator in another process.
 */
export const startTruthServer = async (shape: Shape, port = 0): Promise<TruthServer> => {
  const truths: Truth[] = []
  const served = new Map<string, number>()
  const sockets = new Set<Socket>()

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const receivedAt = monotonicNow()
    if (request.method === 'GET') return sendJson(response, request.url === '/truth' ? truths : modelList)
    const { model, prompt } = await readBody(request)
    const behaviour = behaviours[model]
    if (request.url === '/tokenize' && behaviour?.tokenizer === true)
      return sendJson(response, { count: countWords(prompt) })
    const { path } = endpoints[behaviour?.endpoint ?? 'chat']
    if (behaviour === undefined || request.url?.endsWith(path) !== true)
      return sendJson(response, { error: { message: `no behaviour ${model} at ${request.url}` } }, 404)
    const truth: Truth = { behaviour: model, prompt, receivedAt, outputs: [], tokens: 0 }
    truths.push(truth)
    const serial = served.get(model) ?? 0
    served.set(model, serial + 1)
    await play(response, behaviour.steps(shape, serial), truth)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((cause: Error) => response.destroy(cause))
  })
  server.on('connection', (socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    truths,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const modelList = { object: 'list', data: Object.keys(behaviours).map((id) => ({ id, object: 'model' })) }

const sendJson = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

type Asked = {
  model?: string
  messages?: { content?: string }[]
  prompt?: string
  input?: string
}

const readBody = async (request: IncomingMessage): Promise<{ model: string; prompt: string }> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { model, messages, prompt, input } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Asked
  return { model: model ?? '', prompt: messages?.at(-1)?.content ?? prompt ?? input ?? '' }
}
