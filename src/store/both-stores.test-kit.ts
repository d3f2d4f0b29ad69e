import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import type { StoreKind } from './migrate.ts'
import { startPostgres, type TestPostgres } from './postgres.test-kit.ts'

export const silent = pino({ level: 'silent' })

export const storeKinds: StoreKind[] = ['sqlite', 'postgres']

/** Addresses of new, empty databases of both kinds, for the tests of one file. */
export function useStores() {
  let postgres: TestPostgres
  const folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))
  let files = 0
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 60_000)
  afterAll(async () => {
    await postgres.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    postgres: () => postgres,
    address: async (kind: StoreKind) =>
      kind === 'postgres' ? postgres.createDatabase() : join(folder, `${(files += 1)}.db`),
  }
}
