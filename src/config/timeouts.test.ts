import { expect, test } from 'vitest'
import { describeSetting } from './describe-setting.ts'
import { resolveConfig } from './resolve.ts'

const resolve = (flags: Record<string, unknown>, environment: NodeJS.ProcessEnv = {}) =>
  resolveConfig({ flags, environment }).config

test('defaults bound what nobody waits for', () => {
  expect(resolve({})).toMatchObject({
    request_timeout: 3_600_000,
    load_timeout: 600_000,
    connect_timeout: 5000,
    first_token_timeout: 0,
    idle_timeout: 600_000,
    breaker: { enabled: true, failures: 5, failure_rate: 0.5, open_time: 10_000, longest_open_time: 300_000 },
  })
})

test('write_timeout is the older name of request_timeout', () => {
  expect(resolve({}, { SLUICE_WRITE_TIMEOUT: '30s' }).request_timeout).toBe(30_000)
  expect(resolve({}, { SLUICE_WRITE_TIMEOUT: '30s', SLUICE_REQUEST_TIMEOUT: '1m' }).request_timeout).toBe(
    60_000,
  )
})

test.each([
  [{ request_timeout: '-1s' }, 'request_timeout'],
  [{ request_timeout: '30d' }, 'request_timeout'],
  [{ connect_timeout: 0 }, 'connect_timeout'],
  [{ retry_budget: 2 }, 'retry_budget'],
  [{ breaker: { failures: 0 } }, 'breaker.failures'],
  [{ breaker: { failure_rate: 0 } }, 'breaker.failure_rate'],
  [{ breaker: { failure_rate: 1.1 } }, 'breaker.failure_rate'],
  [{ breaker: { open_time: '10m' } }, 'breaker.open_time'],
  [{ breaker: { window: 0 } }, 'breaker.window'],
  [{ breaker: { attempts: 3 } }, 'breaker'],
])('%j is refused by its key', (flags, param) => {
  expect(() => resolve(flags)).toThrow(expect.objectContaining({ code: 'invalid_config', param }))
})

test('what is shown may be written back', () => {
  const { breaker, idle_timeout } = resolve({ breaker: { open_time: '1500ms' } })
  const shown = describeSetting('breaker', breaker, 'default').value
  expect(shown).toMatchObject({ failures: 5, window: '60s', open_time: '1.5s', longest_open_time: '300s' })
  expect(resolve({ breaker: shown }).breaker).toEqual(breaker)
  expect(describeSetting('idle_timeout', idle_timeout, 'default').value).toBe('600s')
})
