import { appendFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { useStores } from '../store/both-stores.test-kit.ts'
import type { Store } from '../store/open-store.ts'
import { createDrain } from './drain-journal.ts'
import { createFolder, createRow, eight, openTestStore } from './ledger.test-kit.ts'
import { encodeRequestLine } from './ledger-line.ts'
import { createRunName, segmentPath } from './segments.ts'

const stores = useStores()
const requestIds = async ({ db }: Store) =>
  (await db.selectFrom('requests').select('request_id').orderBy('id').execute()).map((row) => row.request_id)

test('a segment that grows while it is read, and one that somebody has cut', async () => {
  const address = await stores.address('sqlite')
  const folder = createFolder()
  const name = createRunName(eight)
  const line = (id: string) => encodeRequestLine(id, createRow({ request_id: id }))
  const path = segmentPath(folder, name, 1)
  writeFileSync(path, line('a') + line('b').slice(0, 20))
  const store = await openTestStore(address)
  const drain = createDrain({ store, folder, run: name, keepsRows: true, onTaken() {}, onDamaged() {} })
  expect([await drain.step(), await drain.step()]).toEqual([true, false])
  appendFileSync(path, line('b').slice(20))
  expect([await drain.step(), await drain.step()]).toEqual([true, false])
  expect(await requestIds(store)).toEqual(['a', 'b'])
  writeFileSync(path, '')
  expect(await drain.step()).toBe(false)
})
