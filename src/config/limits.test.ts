import { expect, test } from 'vitest'
import { describeSetting } from './describe-setting.ts'
import { resolveConfig } from './resolve.ts'

const read = (flags: object) => resolveConfig({ flags: flags as never }).config

test('limits are off, counted in memory, and local while Redis is away', () => {
  expect(read({})).toMatchObject({
    limits: [],
    limits_store: 'memory',
    limits_on_failure: 'local',
    limits_replicas: 1,
    limits_timeout: 100,
    limits_answer_tokens: 1024,
    prices: {},
  })
})

test.each([
  [{ limits: [{ key: '*', requests_per_minute: 0 }] }, 'limits.0.requests_per_minute'],
  [
    {
      limits: [
        { key: 'a', requests_per_minute: 1 },
        { user: '*', tokens_per_day: -5 },
      ],
    },
    'limits.1.tokens_per_day',
  ],
  [{ limits: [{ key: '*', tokens_per_minute: 2 ** 60 }] }, 'limits.0.tokens_per_minute'],
  [{ limits: [{ key: '*', concurrent_requests: 0.5 }] }, 'limits.0.concurrent_requests'],
  [{ limits: [{ key: '*', budget_per_day: 0 }] }, 'limits.0.budget_per_day'],
  [{ limits: [{ key: '*', budget_per_month: 1e12 }] }, 'limits.0.budget_per_month'],
  [{ limits: [{ key: '*', budget_per_month: Infinity }] }, 'limits.0.budget_per_month'],
  [{ limits: [{ key: '*', requests_per_second: 5 }] }, 'limits.0'],
  [{ limits: [{ key: '', requests_per_minute: 5 }] }, 'limits.0.key'],
  [
    {
      limits: [
        { key: 'a', requests_per_minute: 5 },
        { key: 'a', tokens_per_day: 5 },
      ],
    },
    'limits.1',
  ],
  [{ prices: { a: { input: -1, output: 1 } } }, 'prices.a.input'],
  [{ limits_store: 'redis' }, 'limits_store'],
  [{ limits_timeout: '1m' }, 'limits_timeout'],
  [{ limits_replicas: 0 }, 'limits_replicas'],
])('%j is refused at start, with its path', (flags, path) => {
  expect(() => read(flags)).toThrow(expect.objectContaining({ code: 'invalid_config', param: path }))
})

test('what is shown hides the password of Redis', () => {
  const shown = describeSetting('limits_store', 'rediss://me:hunter2@redis:6379/0', 'file')
  expect(shown.text).toBe('rediss://me:***@redis:6379/0')
  expect(describeSetting('limits_timeout', 100, 'default').text).toBe('0.1s')
})
