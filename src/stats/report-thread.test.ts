import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { silent, storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import { openStore } from '../store/open-store.ts'
import { createReportReader } from './report-thread.ts'
import { histogramOf, noon, requestRow, usageRow } from './seed.test-kit.ts'

const stores = useStores()
const { signal } = new AbortController()
const open = (address: string, options: object = {}) => {
  const reader = createReportReader({ address, log: silent, ...options })
  onTestFinished(() => reader.close())
  return reader
}
const usage = { since: noon, until: noon + 1, only: {}, by: ['model' as const], limit: 10 }

describe.each(storeKinds)('%s', (kind) => {
  test('answers in order, from what another connection writes meanwhile', async () => {
    const address = await stores.address(kind)
    const { db, close } = await openStore(address, silent)
    onTestFinished(close)
    await db
      .insertInto('usage_totals')
      .values(usageRow({ total_histogram: histogramOf(10) }))
      .execute()
    await db
      .insertInto('requests')
      .values(requestRow({ id: 'a' }))
      .execute()
    const reader = open(address)
    const [report, rows] = await Promise.all([
      reader.ask('usage', usage, signal),
      reader.ask('requests', { limit: 5 }, signal),
    ])
    expect(report).toMatchObject({ sum: { requests: 1, total: { count: 1 } } })
    expect(rows).toMatchObject([{ id: 'a' }])
    await db
      .insertInto('requests')
      .values(requestRow({ id: 'b' }))
      .execute()
    expect(await reader.ask('requests', { limit: 5 }, signal)).toHaveLength(2)
  })
})

test('a store that is away: store_unavailable, and when it is there again, answers', async () => {
  const address = await stores.address('postgres')
  const reader = open(address)
  expect(await reader.ask('events', { limit: 1 }, signal)).toEqual([])
  await stores.postgres().stop()
  await expect(reader.ask('events', { limit: 1 }, signal)).rejects.toMatchObject({
    code: 'store_unavailable',
    retryAfterMs: expect.any(Number) as number,
  })
  await stores.postgres().start()
  expect(await reader.ask('events', { limit: 1 }, signal)).toEqual([])
})

test('a file that is no database is store_unavailable, without its path', async () => {
  const file = join(stores.folder, 'broken-reports.db')
  writeFileSync(file, 'not a database at all, but long enough to be read as one'.repeat(100))
  const failure = await open(file)
    .ask('usage', usage, signal)
    .catch((cause: unknown) => cause as Error)
  expect(failure).toMatchObject({ code: 'store_unavailable' })
  expect((failure as Error).message).not.toContain('broken-reports')
})

test('a report that takes too long ends its thread; the next one gets another', async () => {
  const address = await stores.address('sqlite')
  await (await openStore(address, silent)).close()
  // No answer is that quick.
  const slow = open(address, { limitMs: 0 })
  await expect(slow.ask('usage', usage, signal)).rejects.toMatchObject({ code: 'store_unavailable' })
  await expect(slow.ask('usage', usage, signal)).rejects.toMatchObject({ code: 'store_unavailable' })
})

test('a caller who has gone is not read for; too many who wait are refused; closing ends all', async () => {
  const address = await stores.address('sqlite')
  const reader = open(address)
  const gone = new AbortController()
  const first = reader.ask('events', { limit: 1 }, signal)
  const left = reader.ask('events', { limit: 1 }, gone.signal)
  gone.abort(new Error('gone'))
  await expect(left).rejects.toThrow('gone')
  expect(await first).toEqual([])

  const many = Array.from({ length: 80 }, () => reader.ask('events', { limit: 1 }, signal))
  const closing = reader.close()
  const results = await Promise.allSettled(many)
  await closing
  const codes = new Set(
    results.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code: string }).code] : [])),
  )
  expect([...codes].sort()).toEqual(['draining', 'overloaded'])
  await expect(reader.ask('events', { limit: 1 }, signal)).rejects.toMatchObject({ code: 'draining' })
})

test('the thread ends when it is idle, and comes back', async () => {
  const reader = open(await stores.address('sqlite'), { idleMs: 0 })
  for (let round = 0; round < 3; round += 1) {
    expect(await reader.ask('requests', { limit: 1 }, signal)).toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
})
