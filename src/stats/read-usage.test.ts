import { afterEach, describe, expect, test } from 'vitest'
import { silent, storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import { openStore, type Store } from '../store/open-store.ts'
import type { UsageTable } from '../store/tables.ts'
import { readUsage } from './read-usage.ts'
import { histogramOf, hour, noon, usageRow } from './seed.test-kit.ts'
import type { UsageQuery } from './usage.ts'

const stores = useStores()
const opened: Store[] = []
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())))

const query = (extra: Partial<UsageQuery> = {}): UsageQuery => ({
  since: noon,
  until: noon + hour,
  only: {},
  by: [],
  limit: 100,
  ...extra,
})

describe.each(storeKinds)('%s', (kind) => {
  const seed = async (...rows: UsageTable[]) => {
    const store = await openStore(await stores.address(kind), silent)
    opened.push(store)
    for (const row of rows) await store.db.insertInto('usage_totals').values(row).execute()
    return store.db
  }

  test('nothing there: zeros', async () => {
    const report = await readUsage(await seed(), query({ by: ['model', 'key'] }))
    expect(report).toEqual({
      since: noon,
      until: noon + hour,
      sum: {
        requests: 0,
        errors: 0,
        promptTokens: 0,
        completionTokens: 0,
        cachedTokens: 0,
        costNano: 0,
        total: null,
        ttft: null,
        queue: null,
      },
      groups: { model: { list: [], omitted: 0 }, key: { list: [], omitted: 0 } },
    })
  })

  test('sums and merged percentiles, of all and of each group', async () => {
    const db = await seed(
      usageRow({ requests: 3, errors: 1, cost_nano: 7_000_000_000_001, total_histogram: histogramOf(10, 20, 30) }),
      usageRow({ model: 'qwen', requests: 97, total_histogram: histogramOf(...Array(97).fill(500)), queue_histogram: histogramOf(1) }),
      usageRow({ key_id: 'k2', owner_user: 'ann', model: '', requests: 2, cost_nano: 9, errors: 2 }),
    ) // prettier-ignore
    const report = await readUsage(db, query({ by: ['model', 'user', 'hour'] }))
    expect(report.sum).toMatchObject({
      requests: 102,
      errors: 3,
      promptTokens: 30,
      completionTokens: 15,
      cachedTokens: 6,
      costNano: 7_000_000_000_010,
      ttft: null,
      queue: { count: 1 },
      total: { count: 100 },
    })
    // Two digits: each within 1 %.
    expect(report.sum.total!.p50 / 500_000).toBeCloseTo(1, 2)
    expect(report.sum.total!.mean / 485_600).toBeCloseTo(1, 2)
    const { list } = report.groups.model!
    expect(list.map(({ name, requests }) => [name, requests])).toEqual([
      ['qwen', 97],
      ['pocket', 3],
      ['', 2],
    ])
    expect(list[1]!.total!.p99 / 30_000).toBeCloseTo(1, 2)
    expect(list[2]!.total).toBeNull()
    expect(report.groups.user!.list.map(({ name }) => name)).toEqual(['', 'ann'])
    expect(report.groups.hour!.list).toMatchObject([{ name: String(noon), requests: 102 }])
  })

  test('whole hours, and only what was asked for', async () => {
    const db = await seed(
      usageRow({ hour: noon - hour }),
      usageRow({ key_id: 'k2' }),
      usageRow({ model: 'qwen', endpoint: '/v1/embeddings', owner_team: 'search' }),
      usageRow({ hour: noon + hour }),
    )
    const count = async (extra: Partial<UsageQuery>) => (await readUsage(db, query(extra))).sum.requests
    expect(await readUsage(db, query({ since: noon + 1, until: noon + 2 }))).toMatchObject({
      since: noon,
      until: noon + hour,
      sum: { requests: 2 },
    })
    expect(await count({ since: noon - 1, until: noon + hour + 1 })).toBe(4)
    expect(await count({ only: { key: 'k2' } })).toBe(1)
    expect(await count({ only: { key: 'k1', model: 'qwen' } })).toBe(1)
    expect(await count({ only: { team: 'search', endpoint: '/v1/embeddings' } })).toBe(1)
    expect(await count({ only: { user: "'; drop table usage_totals; --" } })).toBe(0)
    const hours = await readUsage(db, query({ since: 0, until: noon + 9 * hour, by: ['hour'], limit: 2 }))
    // The last ones, in order.
    expect(hours.groups.hour).toMatchObject({
      omitted: 1,
      list: [{ name: String(noon) }, { name: String(noon + hour) }],
    })
  })

  test('sums beyond the whole numbers of JavaScript', async () => {
    const db = await seed(
      usageRow({ cost_nano: Number.MAX_SAFE_INTEGER }),
      usageRow({ model: 'qwen', cost_nano: Number.MAX_SAFE_INTEGER }),
    )
    const { sum } = await readUsage(db, query())
    expect(sum.costNano / Number.MAX_SAFE_INTEGER).toBeCloseTo(2, 12)
  })

  test('more groups than the limit: the largest are shown, the total counts all', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
    const db = await seed(
      ...keys.map((key_id, index) =>
        usageRow({ key_id, requests: index + 1, ttft_histogram: histogramOf(5) }),
      ),
    )
    const { sum, groups } = await readUsage(db, query({ by: ['key'], limit: 3 }))
    expect(groups.key).toMatchObject({
      omitted: 17,
      list: [{ name: 'k19' }, { name: 'k18' }, { name: 'k17' }],
    })
    expect([sum.requests, sum.ttft!.count]).toEqual([210, 20])
  })

  test('keys have their names; a damaged histogram leaves the others alone', async () => {
    const db = await seed(
      usageRow({ total_histogram: histogramOf(10) }),
      usageRow({ model: 'qwen', total_histogram: 'damaged' }),
    )
    await db
      .insertInto('api_keys')
      .values({
        id: 'k1',
        name: 'web',
        models: '[]',
        endpoints: '[]',
        admin: 0,
        hash: '',
        created_at: 1,
      } as never)
      .execute()
    const { sum, groups } = await readUsage(db, query({ by: ['key'] }))
    expect(groups.key!.list).toMatchObject([{ name: 'k1', label: 'web', requests: 2 }])
    expect([sum.requests, sum.total!.count]).toEqual([2, 1])
  })

  test('thousands of rows over many hours are read in parts, each once', async () => {
    const db = await seed()
    const queue = histogramOf(3)
    const rows = Array.from({ length: 6000 }, (_, index) =>
      usageRow({
        hour: noon + (index % 4) * hour,
        key_id: `k${index}`,
        queue_histogram: queue,
      }),
    )
    for (let start = 0; start < rows.length; start += 1000)
      await db
        .insertInto('usage_totals')
        .values(rows.slice(start, start + 1000))
        .execute()
    const { sum, groups } = await readUsage(db, query({ until: noon + 4 * hour, by: ['hour'] }))
    expect([sum.requests, sum.queue!.count]).toEqual([6000, 6000])
    expect(groups.hour!.list.map(({ queue }) => queue!.count)).toEqual([1500, 1500, 1500, 1500])
  })
})
