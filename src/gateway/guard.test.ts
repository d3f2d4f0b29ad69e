import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { createPrincipal, local, type Principal } from '../keys/principal.ts'
import { refuse } from '../keys/refusal.ts'
import { createControlProtocol } from '../protocols/control/control.ts'
import type { ControlActions } from '../protocols/control/actions.ts'
import { chatBody, openGateway, type OpenOptions } from './open-gateway.test-kit.ts'

/** No action may run for a caller who may not. */
const forbidden = new Proxy({} as ControlActions, {
  get: (_target, name) =>
    name === 'keys'
      ? forbidden
      : () => {
          throw new Error(`${String(name)} ran`)
        },
})
const control = createControlProtocol(forbidden)

const caller = (models: string[] = [], endpoints: string[] = [], admin = false): Principal =>
  createPrincipal('key', 'abc', local.owner, { models, endpoints, admin })

/** A gateway that takes everybody for `principal`, at once or after a moment. */
const open = (principal: Principal | AppError, options: OpenOptions & { later?: boolean } = {}) => {
  const answer = () => {
    if (principal instanceof AppError) throw principal
    return principal
  }
  const identify = options.later ? async () => answer() : answer
  return openGateway({ protocols: [control], access: { identify }, ...options })
}
const post = { method: 'POST', headers: { 'content-type': 'application/json' } } as const
const chat = (body: object = chatBody()) => ({
  ...post,
  url: '/v1/chat/completions',
  payload: JSON.stringify(body),
})

/** `GET /a/:id/*` as a request that gets there. */
const requests = (list: { method: string; path: string }[]) =>
  list.map(({ method, path }) => ({
    method: method as 'GET',
    url: path.replace(':id', 'x').replace('*', 'y'),
  }))

test.each([false, true])('without a good key every route is closed but health (later: %s)', async (later) => {
  const { app, lines } = open(refuse('expired'), { later })
  const closed = [
    ...requests(control.routes),
    ...requests([
      { method: 'POST', path: '/v1/chat/completions' },
      { method: 'POST', path: '/v1/completions' },
      { method: 'GET', path: '/v1/models' },
      { method: 'GET', path: '/v1/models/*' },
      { method: 'GET', path: '/nothing/here' },
      { method: 'DELETE', path: '/v1/chat/completions' },
      { method: 'HEAD', path: '/v1/models' },
    ]),
  ]
  for (const request of closed) {
    const answer = await app.inject(request)
    expect([request, answer.statusCode]).toEqual([request, 401])
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
  }
  for (const url of ['/', '/health', '/healthz', '/live', '/ready', '/health/live', '/health/ready'])
    expect((await app.inject({ url })).statusCode).toBe(200)
  // The caller is not told why, the operator is.
  expect((await app.inject({ url: '/v1/models' })).body).not.toContain('expired')
  await expect.poll(() => lines.at(-1)).toMatchObject({ status: 401, refused: 'expired' })
})

test('each dialect says it in its own words', async () => {
  const { app } = open(refuse('unknown'))
  const message = 'the key or token is not valid'
  expect((await app.inject(chat())).json()).toEqual({
    error: { message, type: 'authentication_error', param: null, code: 'invalid_api_key' },
  })
  expect((await app.inject({ url: '/api/keys' })).json()).toEqual({
    error: { code: 'invalid_api_key', message, param: null },
  })
})

test('too many guesses: 429 with the time to wait', async () => {
  const { app } = open(new AppError('too_many_attempts', 'slow down', { retryAfterMs: 2500 }))
  const answer = await app.inject({ url: '/v1/models' })
  expect(answer.statusCode).toBe(429)
  expect(answer.headers).toMatchObject({ 'retry-after': '3', 'retry-after-ms': '2500' })
})

test('the control routes want admin rights, each of them', async () => {
  const { app } = open(caller())
  for (const request of requests(control.routes)) {
    const answer = await app.inject(request)
    expect([request, answer.statusCode]).toEqual([request, 403])
    expect(answer.json()).toMatchObject({ error: { code: 'forbidden' } })
  }
})

test('endpoints: only those of the key, for administrators too', async () => {
  const { app } = open(caller([], ['/v1/models*', '/api/keys'], true))
  expect((await app.inject({ url: '/v1/models' })).statusCode).toBe(200)
  expect((await app.inject({ url: '/v1/models?x=/v1/chat' })).statusCode).toBe(200)
  expect((await app.inject(chat())).statusCode).toBe(403)
  expect((await app.inject({ ...chat(), url: '/v1/chat/completions?/v1/models' })).statusCode).toBe(403)
  expect((await app.inject({ url: '/api/daemon' })).statusCode).toBe(403)
  // It got as far as the action.
  expect((await app.inject({ url: '/api/keys' })).statusCode).toBe(500)
})

test('models: refused before anything is loaded, and not listed', async () => {
  let loads = 0
  const load = async () => void (loads += 1)
  const closed = open(caller(['other*']), { load })
  const answer = await closed.app.inject(chat())
  expect(answer.statusCode).toBe(403)
  expect(answer.json()).toMatchObject({
    error: { type: 'permission_error', code: 'forbidden', param: 'model' },
  })
  expect(loads).toBe(0)
  expect((await closed.app.inject({ url: '/v1/models' })).json()).toMatchObject({ data: [] })
  expect((await closed.app.inject({ url: '/v1/models/tiny' })).statusCode).toBe(404)
  // A name that it might use but that is not there: without the names of all the others.
  const missing = await closed.app.inject(chat(chatBody({ model: 'other-one' })))
  expect(missing.statusCode).toBe(404)
  expect(missing.body).not.toContain('tiny')
})

test.each([['tiny'], ['t*'], ['org/tiny'], ['*']])(
  'models: %s opens the model and its listing',
  async (pattern) => {
    const { app } = open(caller([pattern]))
    const model = pattern === 'org/tiny' ? pattern : 'tiny'
    expect((await app.inject(chat(chatBody({ model })))).statusCode).toBe(200)
    expect((await app.inject({ url: '/v1/models' })).json()).toMatchObject({ data: [{ id: 'tiny' }] })
  },
)

test('a key for a model opens its aliases', async () => {
  const { app } = open(caller(['tiny']))
  expect((await app.inject(chat(chatBody({ model: 'org/tiny' })))).statusCode).toBe(200)
})

test('the access log names the key, and no header', async () => {
  const { app, lines } = open(caller())
  await app.inject({
    ...chat(),
    headers: { ...post.headers, authorization: 'Bearer sk-sluice-canary', 'x-api-key': 'canary' },
  })
  await expect.poll(() => lines.at(-1)).toMatchObject({ event: 'request', key: 'abc', status: 200 })
  expect(JSON.stringify(lines)).not.toContain('canary')
})

test('a route may want admin rights although its protocol does not', async () => {
  const run = async () => ({ json: 'fine' })
  const mixed = {
    ...control,
    access: undefined as never,
    routes: [
      { method: 'GET' as const, path: '/mine', run },
      { method: 'GET' as const, path: '/all', access: 'admin' as const, run },
    ],
  }
  const statuses = async (principal: Principal) => {
    const { app } = open(principal, { protocols: [mixed] })
    return [(await app.inject({ url: '/mine' })).statusCode, (await app.inject({ url: '/all' })).statusCode]
  }
  expect(await statuses(caller())).toEqual([200, 403])
  expect(await statuses(caller([], [], true))).toEqual([200, 200])
})
