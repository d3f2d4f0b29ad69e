import { expect, test } from 'vitest'
import { resolveConfig } from './resolve.ts'

test.each([
  ['max_concurrent_requests', 0],
  ['max_running_total', -1],
  ['max_waiting_total', 0],
  ['max_waiting_bytes', 0],
  ['queue_size', -1],
  ['queue_size', 1e9],
  ['queue_share', 0],
  ['queue_share', 1.5],
  ['queue_timeout', -5],
])('%s: %j is refused by name', (key, value) => {
  expect(() => resolveConfig({ flags: { [key]: value } })).toThrow(
    expect.objectContaining({ code: 'invalid_config', param: key }),
  )
})

test('a priority that does not exist is refused by the path of its key', () => {
  const read = () => resolveConfig({ flags: { priorities: { teams: { search: 'urgent' } } } })
  expect(read).toThrow(expect.objectContaining({ code: 'invalid_config', param: 'priorities.teams.search' }))
})

test('a part of a queue can come from the environment', () => {
  const { config } = resolveConfig({ environment: { SLUICE_QUEUE_SHARE: '0.25' } })
  expect(config.queue_share).toBe(0.25)
})
