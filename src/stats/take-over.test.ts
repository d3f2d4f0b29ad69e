import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import type { Store } from '../store/open-store.ts'
import { countHistogram } from './histogram.ts'
import { moderationCaller } from './internal-caller.ts'
import { createFolder, createRow, eight, openLedger, openTestStore } from './ledger.test-kit.ts'
import { encodeRequestLine } from './ledger-line.ts'
import { createRunName, listSegments, segmentPath } from './segments.ts'
import { verifyUsage } from './verify-usage.ts'

const stores = useStores()
const hour = 3_600_000
const requestIds = async ({ db }: Store) =>
  (await db.selectFrom('requests').select('request_id').orderBy('id').execute()).map((row) => row.request_id)

describe.each(storeKinds)('%s', (kind) => {
  test('rows arrive as they were recorded; totals are their sums per hour and caller', async () => {
    const address = await stores.address(kind)
    const ledger = openLedger(address, createFolder())
    ledger.record(createRow({ request_id: 'a', flags: '["x"]', request_body: '{}', owner_user: 'ann' }))
    ledger.record(createRow({ request_id: 'b', owner_user: 'ann', total_ms: 300 }))
    ledger.record(
      createRow({ request_id: 'c', owner_user: 'ann', status: 429, error: 'queue_full', ttft_ms: null }),
    )
    ledger.record(createRow({ request_id: 'd', at: eight + hour, model: null, worker: null, key_id: 'k2' }))
    await ledger.flush()
    const { db, ...store } = await openTestStore(address)
    const rows = await db.selectFrom('requests').selectAll().orderBy('id').execute()
    expect(rows).toHaveLength(4)
    expect(rows[0]).toEqual({
      ...createRow({ request_id: 'a', flags: '["x"]', request_body: '{}', owner_user: 'ann' }),
      id: expect.any(String) as string,
    })
    const totals = await db.selectFrom('usage_totals').selectAll().orderBy('hour').execute()
    expect(totals).toMatchObject([
      {
        hour: eight,
        key_id: 'k1',
        owner_user: 'ann',
        owner_team: 'search',
        owner_tenant: '',
        model: 'tiny',
        endpoint: '/v1/chat/completions',
        requests: 3,
        errors: 1,
        prompt_tokens: 30,
        cached_tokens: 6,
        completion_tokens: 15,
        cost_nano: 3e3,
      },
      { hour: eight + hour, key_id: 'k2', model: '', requests: 1, errors: 0 },
    ])
    expect(countHistogram(totals[0]!.total_histogram)).toBe(3)
    expect(countHistogram(totals[0]!.ttft_histogram)).toBe(2)
    expect(await verifyUsage({ db, ...store })).toMatchObject({ agrees: true, hours: 2, requests: 4 })
    expect(await ledger.spentSoFar(eight + hour + 5)).toEqual([
      {
        keyId: 'k2',
        user: null,
        team: 'search',
        tenant: null,
        model: '',
        hour: eight + hour,
        requests: 1,
        tokens: 15,
        costNano: 1e3,
      },
    ])
    expect(await ledger.spentSoFar(eight)).toHaveLength(2)
  })

  test('a later batch adds to the same totals; files that are done are deleted, places with them', async () => {
    const address = await stores.address(kind)
    const folder = createFolder()
    const first = openLedger(address, folder)
    first.record(createRow({ request_id: 'a' }))
    await first.flush()
    first.record(createRow({ request_id: 'b' }))
    await first.close()
    const second = openLedger(address, folder)
    second.record(createRow({ request_id: 'c' }))
    second.events.record('key.created', { key: 'k1' })
    await second.flush()
    const store = await openTestStore(address)
    expect(await requestIds(store)).toEqual(['a', 'b', 'c'])
    expect(await store.db.selectFrom('usage_totals').select('requests').execute()).toEqual([{ requests: 3 }])
    expect(await store.db.selectFrom('journals').selectAll().execute()).toHaveLength(1)
    expect(listSegments(folder)).toHaveLength(1)
    expect(await store.db.selectFrom('events').select(['name', 'details']).execute()).toEqual([
      { name: 'key.created', details: '{"key":"k1"}' },
    ])
    expect(second.status()).toMatchObject({ backlogBytes: 0, dropped: 0, damaged: 0 })
  })

  test('what a killed daemon has left is taken over; half a line at its end and damage in it are stepped over', async () => {
    const address = await stores.address(kind)
    const folder = createFolder()
    const line = (id: string) => encodeRequestLine(id, createRow({ request_id: id }))
    const name = createRunName(eight)
    const path = segmentPath(folder, name, 1)
    writeFileSync(path, `${line('a')}{"request":{"id":"no time"}}\n\n\u0000garbage\n${line('b')}`)
    writeFileSync(segmentPath(folder, name, 2), `${line('c')}${line('d').slice(0, 50)}`)
    const ledger = openLedger(address, folder)
    ledger.record(createRow({ request_id: 'e' }))
    await ledger.flush()
    expect(await requestIds(await openTestStore(address)).then((ids) => ids.sort())).toEqual([
      'a',
      'b',
      'c',
      'e',
    ])
    expect(ledger.status()).toMatchObject({ damaged: 3, backlogBytes: 0 })
    expect(existsSync(path)).toBe(false)
    expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 4 })
  })

  test('a row that the database refuses is left out, and the others are not held up', async () => {
    const address = await stores.address(kind)
    const folder = createFolder()
    const line = (id: string, request_id: string) => encodeRequestLine(id, createRow({ request_id }))
    const text = line('1', 'a') + line('1', 'again') + line('2', 'b\0\ud800') + line('3', 'c')
    writeFileSync(segmentPath(folder, createRunName(eight), 1), text)
    const ledger = openLedger(address, folder)
    await ledger.flush()
    expect(await requestIds(await openTestStore(address))).toEqual(['a', 'b\ufffd', 'c'])
    expect(ledger.status()).toMatchObject({ damaged: 1 })
    expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 3 })
  })

  test('verify names what does not agree', async () => {
    const address = await stores.address(kind)
    const ledger = openLedger(address, createFolder())
    for (const key_id of ['k1', 'k2', 'k3']) ledger.record(createRow({ key_id }))
    await ledger.flush()
    const { db } = await openTestStore(address)
    await db.updateTable('usage_totals').set({ completion_tokens: 7 }).where('key_id', '=', 'k1').execute()
    await db.deleteFrom('usage_totals').where('key_id', '=', 'k2').execute()
    await db.deleteFrom('requests').where('key_id', '=', 'k3').execute()
    const { agrees, differing, differences } = await ledger.verify()
    expect({ agrees, differing }).toEqual({ agrees: false, differing: 13 })
    const figures = differences.map(({ key_id, field, ledger: rows, totals }) => [
      key_id,
      field,
      rows,
      totals,
    ])
    expect(figures).toContainEqual(['k1', 'completion_tokens', 5, 7])
    expect(figures).toContainEqual(['k2', 'requests', 1, 0])
    expect(figures).toContainEqual(['k2', 'histogram', 1, 0])
    expect(figures).toContainEqual(['k3', 'prompt_tokens', 0, 10])
    expect(figures.filter(([key]) => key === 'k1')).toHaveLength(1)
  })

  test('what judging costs is in the books and in nobody’s budget', async () => {
    const ledger = openLedger(await stores.address(kind), createFolder())
    ledger.record(createRow({ key_id: moderationCaller, owner_team: null }))
    ledger.record(createRow())
    await ledger.flush()
    expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 2 })
    expect((await ledger.spentSoFar(0)).map(({ keyId }) => keyId)).toEqual(['k1'])
  })

  test('without rows usage is added up all the same, and verify compares nothing', async () => {
    const address = await stores.address(kind)
    const ledger = openLedger(address, createFolder(), { keepsRows: false })
    ledger.record(createRow())
    await ledger.flush()
    expect(await requestIds(await openTestStore(address))).toEqual([])
    expect(await ledger.spentSoFar(0)).toMatchObject([{ requests: 1, tokens: 15 }])
    expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 0, since: eight + hour })
  })

  test('two daemons at once on one database: every row counts once', async () => {
    const address = await stores.address(kind)
    const ledgers = [createFolder(), createFolder(), createFolder()].map((folder) =>
      openLedger(address, folder),
    )
    for (let round = 0; round < 20; round += 1) {
      for (const ledger of ledgers)
        for (let key = 0; key < 7; key += 1) ledger.record(createRow({ key_id: `k${key}` }))
      await Promise.all(ledgers.map((ledger) => ledger.flush()))
    }
    expect(await ledgers[0]!.verify()).toMatchObject({ agrees: true, requests: 420 })
    expect((await ledgers[1]!.spentSoFar(0)).map(({ requests }) => requests)).toEqual(Array(7).fill(60))
  })

  test('retention takes the oldest by age and by number, and verify begins after them', async () => {
    const address = await stores.address(kind)
    const folder = createFolder()
    const now = Date.now()
    const day = 24 * hour
    const first = openLedger(address, folder, { clock: () => now - 40 * day })
    first.events.record('old')
    for (let days = 0; days < 40; days += 1)
      for (let count = 0; count < 60; count += 1) first.record(createRow({ at: now - days * day }))
    await first.close()
    const retention = { auditMs: 30.5 * day, auditMaxRows: 1000, eventsMs: 30 * day }
    const second = openLedger(address, folder, { retention })
    const { db } = await openTestStore(address)
    const count = async () =>
      (
        await db
          .selectFrom('requests')
          .select(sql<number>`cast(count(*) as bigint)`.as('n'))
          .execute()
      )[0]!.n
    await second.flush()
    await expect.poll(count).toBe(1000)
    const { rows } = await sql<{ oldest: number }>`select min(at) as oldest from requests`.execute(db)
    expect(rows[0]!.oldest).toBeGreaterThan(now - 17 * day)
    expect(await db.selectFrom('events').select('name').execute()).toEqual([])
    const verdict = await second.verify()
    expect(verdict).toMatchObject({ agrees: true, differing: 0 })
    expect(verdict.requests).toBeGreaterThan(900)
    expect(verdict.since).toBeGreaterThan(now - 17 * day)
    expect((await second.spentSoFar(0)).reduce((sum, { requests }) => sum + requests, 0)).toBe(2400)
  })
})

test('a store that is away: recorded all the same, told, and taken over when it is back', async () => {
  const address = await stores.address('postgres')
  const ledger = openLedger(address, createFolder())
  ledger.record(createRow({ request_id: 'a' }))
  await ledger.flush()
  await stores.postgres().stop()
  ledger.record(createRow({ request_id: 'b' }))
  await expect(ledger.flush()).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(ledger.condition()).toMatchObject({
    name: 'ledger',
    degraded: expect.stringMatching(/store takes nothing.*kept in the journal/) as string,
  })
  expect(ledger.status().backlogBytes).toBeGreaterThan(0)
  await stores.postgres().start()
  await ledger.flush()
  await expect.poll(() => ledger.condition().degraded).toBeNull()
  const store = await openTestStore(address)
  expect(await requestIds(store)).toEqual(['a', 'b'])
  await ledger.flush()
  const names = (await store.db.selectFrom('events').select('name').orderBy('id').execute()).map(
    ({ name }) => name,
  )
  expect(names).toEqual(['store.unavailable', 'store.back'])
})

test('a corrupt database file, a locked one, and none that can be made: the journal keeps what comes', async () => {
  const place = createFolder()
  const address = join(place, 'deep', 'store.db')
  const ledger = openLedger(address, join(place, 'journal'))
  ledger.record(createRow({ request_id: 'a' }))
  await expect(ledger.flush()).rejects.toThrow('cannot be opened')
  mkdirSync(join(place, 'deep'))
  writeFileSync(address, 'this is no database, whatever its name says. '.repeat(200))
  await expect(ledger.flush()).rejects.toThrow('not a database')
  expect(ledger.condition().degraded).toContain('not a database')
  rmSync(address)
  await ledger.flush()
  const store = await openTestStore(address)
  await store.db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection)
    ledger.record(createRow({ request_id: 'b' }))
    await expect(ledger.flush()).rejects.toThrow('locked')
    await sql`rollback`.execute(connection)
  })
  await ledger.flush()
  expect(await requestIds(store)).toEqual(['a', 'b'])
  expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 2 })
})
