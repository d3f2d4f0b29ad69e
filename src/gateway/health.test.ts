import { expect, test } from 'vitest'
import { openGateway } from './open-gateway.test-kit.ts'

test('what is degraded is told; only what can answer nothing is not ready', async () => {
  let unready: { unready?: true } = {}
  const { app } = openGateway({
    conditions: () => [
      { name: 'ledger', degraded: null },
      { name: 'model tiny', degraded: 'left alone', ...unready },
    ],
  })
  const degraded = [{ name: 'model tiny', degraded: 'left alone' }]
  const statuses = async () =>
    Promise.all(['/ready', '/health', '/live'].map(async (path) => (await app.inject(path)).statusCode))
  expect((await app.inject('/ready')).json()).toEqual({ status: 'ready', models_loaded: ['tiny'], degraded })
  expect(await statuses()).toEqual([200, 200, 200])
  unready = { unready: true }
  expect((await app.inject('/ready')).json()).toMatchObject({ status: 'unavailable', degraded })
  expect(await statuses()).toEqual([503, 200, 200])
})

test.each([
  ['ready', 200],
  ['starting', 503],
  ['draining', 503],
] as const)('while %s, health answers %i and live 200', async (state, status) => {
  const { app } = openGateway({ state: () => state })
  for (const path of ['/health', '/healthz', '/ready', '/health/ready']) {
    const response = await app.inject(path)
    expect([path, response.statusCode, response.json().status]).toEqual([path, status, state])
    const head = await app.inject({ method: 'HEAD', url: path })
    expect([head.statusCode, head.body]).toEqual([status, ''])
  }
  for (const path of ['/live', '/health/live', '/']) expect((await app.inject(path)).statusCode).toBe(200)
  expect((await app.inject('/health')).json()).toEqual({
    status: state,
    version: '0.0.1',
    uptime_s: expect.any(Number),
    models_loaded: ['tiny'],
  })
})
