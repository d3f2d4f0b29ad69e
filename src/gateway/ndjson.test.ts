import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { openAnswer } from './http-client.test-kit.ts'
import { openGateway } from './open-gateway.test-kit.ts'

const lines: Protocol = {
  name: 'lines',
  routes: [
    {
      method: 'POST',
      path: '/api/lines',
      async run({ body }) {
        const { fail } = body as { fail?: 'first' | 'second' }
        return {
          format: 'ndjson',
          stream: (async function* () {
            if (fail === 'first') throw new AppError('conflict', 'no')
            yield { data: '{"line":1}' }
            await new Promise(setImmediate)
            await new Promise(setImmediate)
            if (fail === 'second') throw new AppError('conflict', 'no')
            yield { data: '{"line":2}' }
          })(),
        }
      },
    },
  ],
  encodeError: (error) => ({ failed: error.code }),
  encodeStreamError: (error) => ({ data: JSON.stringify({ failed: error.code }) }),
}

test('a protocol may stream lines of JSON, and words its own failures', async () => {
  const { listen } = openGateway({ protocols: [lines], settings: { keepAliveMs: 1 } })
  const { port } = await listen()
  const good = await openAnswer(port, {}, '/api/lines')
  expect(good.response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
  expect(await good.ended).toBe('{"line":1}\n{"line":2}\n')
  const first = await openAnswer(port, { fail: 'first' }, '/api/lines')
  expect([first.response.statusCode, await first.ended]).toEqual([409, '{"failed":"conflict"}'])
  const second = await openAnswer(port, { fail: 'second' }, '/api/lines')
  expect([second.response.statusCode, await second.ended]).toEqual([
    200,
    '{"line":1}\n{"failed":"conflict"}\n',
  ])
})
