import { expect, test } from 'vitest'
import { openGateway } from './open-gateway.test-kit.ts'

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
