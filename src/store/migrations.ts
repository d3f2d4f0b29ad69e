import type { Kysely } from 'kysely'

type Migration = (db: Kysely<never>) => Promise<void>

/** The schema's history, oldest first: its length is the schema's version. Only ever appended to. */
export const migrations: Migration[] = [createKeys]

async function createKeys(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('owner_user', 'text')
    .addColumn('owner_team', 'text')
    .addColumn('owner_tenant', 'text')
    .addColumn('models', 'text', (column) => column.notNull())
    .addColumn('endpoints', 'text', (column) => column.notNull())
    .addColumn('admin', 'integer', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('previous_hash', 'text')
    .addColumn('previous_until', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('rotated_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .execute()
}
