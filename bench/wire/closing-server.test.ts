import type { Socket } from 'node:net'
import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { Session } from '../options.ts'
import { runBench } from '../run.ts'
import { goodStream, startOddServer, startStream, type OddServer } from './odd-server.test-kit.ts'

let server: OddServer | undefined
afterEach(() => server?.close())

const measure = async (requests: number | undefined, durationMs?: number, session?: Session) =>
  runBench(
    {
      url: server!.url, model: 'm', endpoint: 'chat', stream: true, warmUp: 0,
      load: {
        mode: 'closed', concurrency: 1,
        ...(requests !== undefined && { requests }), ...(durationMs !== undefined && { durationMs }),
        ...(session !== undefined && { session }),
      },
      prompts: { kind: 'built-in' }, sampling: { ignoreEos: false }, timeoutMs: 5000,
    },
    { signal: new AbortController().signal, version: '1', argv: [] },
  ) // prettier-ignore

/** The first request of each connection is answered; further ones find it closing, as llama-server's do after a stream. */
const closeBehind = (close: (socket: Socket) => unknown) => {
  const used = new WeakSet<Socket>()
  return (response: ServerResponse) => {
    const socket = response.socket!
    if (used.has(socket)) return close(socket)
    used.add(socket)
    return startStream(response).end(goodStream(2))
  }
}

test.each<[string, (socket: Socket) => unknown]>([
  ['closes', (socket) => socket.destroy()],
  ['resets', (socket) => socket.resetAndDestroy()],
])(
  'a server that %s used connections is asked again on a new one, and the note says so',
  async (_how, close) => {
    server = await startOddServer(closeBehind(close))
    // The first finds a connection that has been used: it was opened with a question for the models.
    const result = await measure(4)
    expect(result.errors).toEqual([])
    expect(result.connections).toEqual({ opened_before: 1, opened_during: 3, resent: 3 })
    expect(server.requests).toHaveLength(7)
    expect(result.notes.join()).toContain('so 3 requests had to be sent again')
  },
)

test('a connection that closes before its first answer is a failure, and so is a second close', async () => {
  server = await startOddServer((response) => response.socket?.destroy())
  const result = await measure(2)
  expect(result.errors).toMatchObject([{ kind: 'reset', count: 2 }])
  // One was opened with a question for the models.
  expect(server.requests).toHaveLength(3)
  expect(result.connections.resent).toBe(1)
})

test.each<[string, Session | undefined]>([
  ['requests', undefined],
  ['sessions', { turns: 2, think: { from: 0, to: 0 } }],
])(
  '%s: a server that went away is asked ten times a second, not as often as it can refuse',
  async (_name, session) => {
    server = await startOddServer((response) => {
      response.once('close', () => void server?.close())
      return startStream(response).end(goodStream(2))
    })
    const result = await measure(undefined, 600, session)
    const refused = result.errors.find(({ kind }) => kind === 'connect')?.count ?? 0
    expect(refused).toBeGreaterThan(0)
    // A pause lasts at least as long as it should.
    expect(refused).toBeLessThanOrEqual(7)
  },
)
