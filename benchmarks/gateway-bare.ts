/** A child of gateway.ts: the least that node:http can do to send the same bytes. Knows nothing of models. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { reportCpu } from './report-cpu.ts'

const tokensPerSecond = Number(process.argv[2])
const recorded = new Map<string, string>()

const server = createServer((request, response) => {
  request.resume().once('end', () => answer(request, response))
})

function answer(request: IncomingMessage, response: ServerResponse): void {
  const kind = request.url!.slice(1)
  const body = recorded.get(kind)!
  if (kind === 'plain') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.end(body)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  if (kind === 'stream') response.end(body)
  else pace(response, body)
}

/** One event per token, on the clock of the fake engine. */
function pace(response: ServerResponse, body: string): void {
  const frames = body.split(/(?<=\n\n)/)
  const started = performance.now()
  let index = 0
  const next = () => {
    response.write(frames[index++]!)
    // The last three frames (finish, usage or [DONE]) leave together, as they do in the gateway.
    if (index >= frames.length - 3) response.end(frames.slice(index).join(''))
    else
      setTimeout(
        next,
        Math.max(0, Math.ceil(started + ((index + 1) / tokensPerSecond) * 1000 - performance.now())),
      )
  }
  setTimeout(next, Math.ceil(1000 / tokensPerSecond))
}

/** What the gateway answered, once per kind. */
process.once('message', (message: { bodies: [string, string][] }) => {
  for (const [kind, body] of message.bodies) recorded.set(kind, body)
})
server.listen(0, '127.0.0.1', () => reportCpu((server.address() as AddressInfo).port))
