import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { useStores } from '../store/both-stores.test-kit.ts'
import type { Store } from '../store/open-store.ts'
import { createFolder, createRow, openLedger, openTestStore } from './ledger.test-kit.ts'

const run = promisify(execFile)
const stores = useStores()
const requestIds = async ({ db }: Store) =>
  (await db.selectFrom('requests').select('request_id').orderBy('id').execute()).map((row) => row.request_id)

test('a disk without room for the database: the journal keeps the rows, and each counts once later', async () => {
  const address = await stores.address('sqlite')
  const folder = createFolder()
  // Files may have 256 KiB: enough for an empty database, and not for these rows.
  const program = `
    process.on('SIGXFSZ', () => {})
    const { pino } = await import('pino')
    const { createLedger } = await import('./src/stats/ledger.ts')
    const retention = { auditMs: 0, auditMaxRows: 0, eventsMs: 0 }
    const ledger = createLedger({
      address: ${JSON.stringify(address)}, folder: ${JSON.stringify(folder)},
      keepsRows: true, journalLimitBytes: 1e9, retention, log: pino({ level: 'silent' }),
    })
    const row = ${JSON.stringify(createRow())}
    let failures = 0
    for (let round = 0; round < 10; round += 1) {
      for (let count = 0; count < 200; count += 1) ledger.record({ ...row, request_id: round + '-' + count })
      await ledger.flush().catch(() => (failures += 1))
    }
    console.log(JSON.stringify({ failures, ...ledger.condition(), ...ledger.status() }))
    process.exit()
  `
  const words = ['-c', 'ulimit -f 512; exec "$0" --input-type=module -e "$1"', process.execPath, program]
  const { stdout } = await run('sh', words)
  const told = JSON.parse(stdout) as { failures: number; degraded: string; dropped: number; damaged: number }
  expect(told.failures).toBeGreaterThan(0)
  expect(told.degraded).toMatch(/store takes nothing .*(full|I\/O)/)
  expect(told).toMatchObject({ dropped: 0, damaged: 0 })
  const ledger = openLedger(address, folder)
  expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 2000 })
  expect(new Set(await requestIds(await openTestStore(address))).size).toBe(2000)
})
