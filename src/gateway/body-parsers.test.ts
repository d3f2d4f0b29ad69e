import { expect, test } from 'vitest'
import { createControlProtocol } from '../protocols/control/control.ts'
import type { ControlActions } from '../protocols/control/actions.ts'
import { openai } from '../protocols/openai/openai.ts'
import type { ReportActions } from '../protocols/reports/actions.ts'
import { createReportsProtocol } from '../protocols/reports/reports.ts'
import { openGateway } from './open-gateway.test-kit.ts'

/** Every action answers with its own name, so that a request that got through is seen. */
const actions = <T extends object>(path = ''): T =>
  new Proxy(() => undefined, {
    get: (_target, name) => actions(`${path}.${String(name)}`),
    apply: () => ({ called: path }),
  }) as unknown as T
const control = createControlProtocol(actions<ControlActions>())
const reports = createReportsProtocol(actions<ReportActions>())

const needsBody = [
  'POST /v1/chat/completions',
  'POST /v1/completions',
  'POST /v1/embeddings',
  'POST /api/keys',
  'POST /api/models/load',
  'POST /api/models/pull',
  'POST /api/models/reset-cache',
  'POST /api/models/unload',
  'POST /api/workers',
  'POST /api/workers/drain',
]
const all = [openai, control, reports].flatMap(({ routes }) => routes)
const table = all.map(({ method, path }) => [`${method} ${path}`, method, path] as const)

const headersOfNothing: Record<string, string>[] = [
  {},
  { 'content-type': 'application/json' },
  { 'content-type': 'application/json; charset=utf-8', 'content-length': '0' },
  { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' },
  { 'content-type': 'text/plain' },
]
const fill = (path: string) => path.replace('*', 'one').replace(':id', 'one').replace(':name', 'one')

test.each(table)('%s without a body answers as it does without content-type', async (name, method, path) => {
  const { app } = openGateway({ protocols: [control, reports] })
  const answers = []
  for (const headers of headersOfNothing) {
    const { statusCode, json } = await app.inject({ method, url: fill(path), headers })
    const { error } = json<{ error?: { message: string } }>()
    answers.push([statusCode, error?.message])
  }
  const [plain, ...others] = answers
  for (const other of others) expect(other).toEqual(plain)
  if (needsBody.includes(name))
    expect(plain).toEqual([400, expect.stringContaining('the request body is empty')])
  else expect(plain![1] ?? '').not.toMatch(/body|content type/)
})

test('every route that needs a body is named above', () => {
  expect(table.map(([name]) => name)).toEqual(expect.arrayContaining(needsBody))
})

test('a chunked body without a byte is no body; one of another type is still refused', async () => {
  const { listen } = openGateway({ protocols: [control] })
  const { origin } = await listen()
  const remove = (type: string, chunks: string[]) =>
    fetch(`${origin}/api/models/one`, {
      method: 'DELETE',
      headers: { 'content-type': type },
      body: new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(Buffer.from(chunk))
          controller.close()
        },
      }),
      duplex: 'half',
    } as RequestInit)
  const empty = await remove('application/json', [])
  expect([empty.status, await empty.json()]).toEqual([200, { called: '.removeModel' }])
  expect((await remove('text/plain', ['hello'])).status).toBe(415)
})

test('an unknown path is 404, whatever is sent there', async () => {
  const { app } = openGateway()
  const headers = { 'content-type': 'text/plain' }
  const answer = await app.inject({ method: 'POST', url: '/nowhere', headers, payload: 'hello' })
  expect(answer.statusCode).toBe(404)
})
