import { afterEach, describe, expect, test } from 'vitest'
import { silent, storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import { openStore, type Store } from '../store/open-store.ts'
import type { EventTable, RequestTable } from '../store/tables.ts'
import { readEvents } from './read-events.ts'
import { readRequest, readRequests, type RequestsQuery } from './read-requests.ts'
import { eventRow, hour, noon, requestRow } from './seed.test-kit.ts'

const stores = useStores()
const opened: Store[] = []
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())))

describe.each(storeKinds)('%s', (kind) => {
  const open = async () => {
    const store = await openStore(await stores.address(kind), silent)
    opened.push(store)
    return store.db
  }
  const seed = async (...rows: RequestTable[]) => {
    const db = await open()
    await db.insertInto('requests').values(rows).execute()
    return async (query: Partial<RequestsQuery>) =>
      (await readRequests(db, { limit: 100, ...query })).map(({ id }) => id)
  }

  test('newest first, without bodies', async () => {
    const db = await open()
    expect(await readRequests(db, { limit: 1 })).toEqual([])
    const row = requestRow({ request_body: 'secret', response_body: 'secret', flags: '["x"]' })
    await db
      .insertInto('requests')
      .values([row, requestRow({ id: 'z', at: noon + 1 })])
      .execute()
    const { request_body: _request, response_body: _response, ...shown } = row
    expect((await readRequests(db, { limit: 9 }))[1]).toEqual(shown)
    expect((await readRequests(db, { limit: 1 })).map(({ id }) => id)).toEqual(['z'])
  })

  test('each filter, and all together', async () => {
    const ids = await seed(
      requestRow({ id: 'a', status: 200 }),
      requestRow({ id: 'b', at: noon + 1, status: 404, model: null }),
      requestRow({ id: 'c', at: noon + 2, status: 429, key_id: 'k2' }),
      requestRow({ id: 'd', at: noon + 3, status: 500, model: 'qwen' }),
    )
    expect(await ids({ since: noon + 2 })).toEqual(['d', 'c'])
    expect(await ids({ until: noon + 2 })).toEqual(['b', 'a'])
    expect(await ids({ status: [404, 404] })).toEqual(['b'])
    expect(await ids({ status: [400, 499] })).toEqual(['c', 'b'])
    expect(await ids({ model: 'qwen' })).toEqual(['d'])
    expect(await ids({ key: 'k2' })).toEqual(['c'])
    expect(await ids({ since: noon, until: noon + 3, status: [400, 499], key: 'k2' })).toEqual(['c'])
    expect(await ids({ key: "k2' or 1=1 --" })).toEqual([])
  })

  test('by their end: a long request that was written just now', async () => {
    const ids = await seed(
      requestRow({ id: 'long', at: noon - 100_000, total_ms: 100_000.5 }),
      requestRow({ id: 'old', at: noon - 1000, total_ms: 10 }),
      requestRow({ id: 'new', at: noon + 5, total_ms: 10 }),
    )
    expect(await ids({ endedSince: noon })).toEqual(['new', 'long'])
    expect(await ids({ endedSince: noon + 2 * hour })).toEqual([])
  })

  test('pages: each row once, equal times too, although new rows come in between', async () => {
    const rows = Array.from({ length: 25 }, (_, index) => requestRow({ at: noon + Math.floor(index / 10) }))
    const db = await open()
    await db.insertInto('requests').values(rows).execute()
    const seen: string[] = []
    let after: { at: number; id: string } | undefined
    do {
      const page = await readRequests(db, { limit: 10, after })
      seen.push(...page.map(({ id }) => id))
      after = page.at(-1)
      await db
        .insertInto('requests')
        .values(requestRow({ at: noon + hour }))
        .execute()
    } while (after)
    expect(seen).toEqual(rows.map(({ id }) => id).reverse())
  })

  test('one request with its bodies: by our id or its own, and of one key only', async () => {
    const db = await open()
    await db
      .insertInto('requests')
      .values([
        requestRow({ id: 'a', request_id: 'mine', request_body: '{}' }),
        requestRow({ id: 'b', request_id: 'mine', at: noon + 1 }),
      ])
      .execute()
    expect(await readRequest(db, { id: 'a' })).toMatchObject({ id: 'a', request_body: '{}' })
    expect(await readRequest(db, { id: 'mine' })).toMatchObject({ id: 'b' })
    expect(await readRequest(db, { id: 'a', key: 'k2' })).toBeUndefined()
    expect(await readRequest(db, { id: 'mine', key: 'k2' })).toBeUndefined()
    expect(await readRequest(db, { id: 'none' })).toBeUndefined()
  })

  test('events: newest first, by name, in pages', async () => {
    const db = await open()
    const rows: EventTable[] = [
      eventRow({ name: 'startup' }),
      eventRow({ at: noon + 1 }),
      eventRow({ at: noon + 1, name: 'startup' }),
    ]
    await db.insertInto('events').values(rows).execute()
    const [first, second, third] = rows.map(({ id }) => id)
    const ids = async (query: object) => (await readEvents(db, { limit: 9, ...query })).map(({ id }) => id)
    expect(await ids({})).toEqual([third, second, first])
    expect(await ids({ name: 'startup' })).toEqual([third, first])
    expect(await ids({ since: noon + 1 })).toEqual([third, second])
    expect(await ids({ until: noon + 1 })).toEqual([first])
    expect(await ids({ after: { at: noon + 1, id: third } })).toEqual([second, first])
  })
})
