import type { Kysely } from 'kysely'

type Migration = (db: Kysely<never>) => Promise<void>

/** The schema's history, oldest first: its length is the schema's version. Only ever appended to. */
export const migrations: Migration[] = [createKeys, createLedger]

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

async function createLedger(db: Kysely<never>): Promise<void> {
  await createRequests(db)
  await createUsageTotals(db)
  await db.schema
    .createTable('journals')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('segment', 'bigint', (column) => column.notNull())
    .addColumn('offset', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('events_at').on('events').column('at').execute()
}

async function createRequests(db: Kysely<never>): Promise<void> {
  let table = db.schema.createTable('requests').addColumn('id', 'text', (column) => column.primaryKey())
  for (const name of ['request_id', 'endpoint', 'key_id'] as const) {
    table = table.addColumn(name, 'text', (column) => column.notNull())
  }
  for (const name of ['at', 'prompt_tokens', 'completion_tokens', 'cached_tokens', 'cost_nano'] as const) {
    table = table.addColumn(name, 'bigint', (column) => column.notNull())
  }
  for (const name of ['model', 'worker', 'owner_user', 'owner_team', 'owner_tenant', 'error'] as const) {
    table = table.addColumn(name, 'text')
  }
  for (const name of ['finish', 'token_source', 'flags', 'request_body', 'response_body'] as const) {
    table = table.addColumn(name, 'text')
  }
  await table
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('streamed', 'integer', (column) => column.notNull())
    .addColumn('queue_ms', 'double precision')
    .addColumn('ttft_ms', 'double precision')
    .addColumn('total_ms', 'double precision', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('requests_at').on('requests').column('at').execute()
  await db.schema.createIndex('requests_key').on('requests').columns(['key_id', 'at']).execute()
}

async function createUsageTotals(db: Kysely<never>): Promise<void> {
  const callers = ['key_id', 'owner_user', 'owner_team', 'owner_tenant', 'model', 'endpoint'] as const
  const sums = [
    'requests',
    'errors',
    'prompt_tokens',
    'completion_tokens',
    'cached_tokens',
    'cost_nano',
  ] as const
  const histograms = ['total_histogram', 'ttft_histogram', 'queue_histogram'] as const
  let table = db.schema.createTable('usage_totals').addColumn('hour', 'bigint', (column) => column.notNull())
  for (const name of callers) table = table.addColumn(name, 'text', (column) => column.notNull())
  for (const name of sums) table = table.addColumn(name, 'bigint', (column) => column.notNull())
  for (const name of histograms) table = table.addColumn(name, 'text', (column) => column.notNull())
  await table.addPrimaryKeyConstraint('usage_totals_key', ['hour', ...callers] as never).execute()
}
