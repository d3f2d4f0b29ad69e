import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type MetricsServer = {
  /** Of the API that is measured. */
  url: string
  /** `GET /path` and `POST /path`, in order, without those of the API. */
  asked: string[]
  /** The key that came with the last reading. */
  authorization(): string | undefined
  close(): Promise<void>
}

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown

/** A real HTTP server: streams of three tokens at `/v1`, and whatever the test says elsewhere. */
export const startMetricsServer = async (
  handle: Handle,
  stream = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":100,"completion_tokens":3}}\n\ndata: [DONE]\n\n',
): Promise<MetricsServer> => {
  const asked: string[] = []
  let authorization: string | undefined
  const server = createServer((request, response) => {
    const { method, url = '' } = request
    if (url.startsWith('/v1/models')) return void response.end('{"data":[{"id":"m"}]}')
    if (url.startsWith('/v1/')) {
      request.resume()
      request.on('end', () => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream))
      return undefined
    }
    asked.push(`${method} ${url}`)
    authorization = request.headers.authorization
    return void handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    authorization: () => authorization,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
