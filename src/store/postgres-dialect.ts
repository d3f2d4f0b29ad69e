import { PostgresDialect } from 'kysely'
import type { Logger } from '../log.ts'

/** A store that hangs is worse than one that is away. */
const limitMs = 5000
const bigintType = 20

export async function createPostgresDialect(url: string, log: Logger): Promise<PostgresDialect> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'sluice',
    max: 4,
    connectionTimeoutMillis: limitMs,
    query_timeout: limitMs,
    keepAlive: true,
    types: {
      // Our integers are times and counts, all below 2^53.
      getTypeParser: ((type: number, format: 'text') =>
        type === bigintType ? Number : pg.types.getTypeParser(type, format)) as typeof pg.types.getTypeParser,
    },
  })
  // An idle connection that breaks must not end the daemon; the next query opens another.
  pool.on('error', (cause) =>
    log.warn({ event: 'store.connection_lost', err: cause }, 'store connection lost'),
  )
  return new PostgresDialect({ pool })
}
