import type { Store } from '../store/open-store.ts'
import { decodeRow, encodeRow, type KeyRecord } from './key-record.ts'

export type Rotation = { hash: string; previousUntil: number | null; at: number }

/** The keys in the store: each method is one statement, so nothing can come in between. */
export type KeyBook = {
  hasKeys(): Promise<boolean>
  find(id: string): Promise<KeyRecord | undefined>
  list(): Promise<KeyRecord[]>
  insert(record: KeyRecord): Promise<void>
  /** False: there is no such key, or it is revoked. */
  rotate(id: string, rotation: Rotation): Promise<boolean>
  /** The first revocation's time stays. */
  revoke(id: string, at: number): Promise<void>
}

export function createKeyBook({ db }: Store): KeyBook {
  return {
    async hasKeys() {
      return (await db.selectFrom('api_keys').select('id').limit(1).executeTakeFirst()) !== undefined
    },
    async find(id) {
      const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()
      return row && decodeRow(row)
    },
    async list() {
      const rows = await db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute()
      return rows.map(decodeRow)
    },
    async insert(record) {
      await db.insertInto('api_keys').values(encodeRow(record)).execute()
    },
    async rotate(id, { hash, previousUntil, at }) {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set((row) => ({
          hash,
          previous_hash: previousUntil === null ? null : row.ref('hash'),
          previous_until: previousUntil,
          rotated_at: at,
        }))
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    async revoke(id, at) {
      await db
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute()
    },
  }
}
