import { spawn } from 'node:child_process'
import { mkdirSync, rmdirSync } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import { storeKinds, useStores } from '../store/both-stores.test-kit.ts'
import { createJournal } from './journal.ts'
import { encodeRequestLine } from './ledger-line.ts'
import { createRunName, segmentPath } from './segments.ts'
import { createLedgerThread } from './thread.ts'
import { createFolder, createRow, openLedger, openTestStore } from './ledger.test-kit.ts'

const stores = useStores()

/** Records as fast as it can, says after each turn how far it is, and never ends by itself. */
const program = (address: string, folder: string, name: string) => `
  const { writeSync } = await import('node:fs')
  const { pino } = await import('pino')
  const { createLedger } = await import('./src/stats/ledger.ts')
  const retention = { auditMs: 0, auditMaxRows: 0, eventsMs: 0 }
  const ledger = createLedger({
    address: ${JSON.stringify(address)}, folder: ${JSON.stringify(folder)},
    keepsRows: true, journalLimitBytes: 1e9, retention, log: pino({ level: 'silent' }),
  })
  const row = ${JSON.stringify(createRow())}
  let count = 0
  let flushes = 0
  const flushing = async () => { for (;;) { await ledger.flush().catch(() => 0); flushes += 1 } }
  void flushing()
  setInterval(() => {
    for (let each = 0; each < 5; each += 1)
      ledger.record({ ...row, request_id: '${name}-' + (count += 1), key_id: 'k' + (count % 3) })
    setImmediate(() => setImmediate(() => writeSync(1, count + ' ' + flushes + '\\n')))
  }, 2)
`

/** How many rows the killed process had said were recorded. */
async function runAndKill(address: string, folder: string, name: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program(address, folder, name)])
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = 0
  let flushes = 0
  const isTaking = Promise.withResolvers<void>()
  createInterface(child.stdout).on('line', (line) => {
    const [count, flushed] = line.split(' ').map(Number)
    said = count ?? said
    flushes = flushed ?? flushes
    if (flushes > 0) isTaking.resolve()
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = once(child, 'close')
  await Promise.race([isTaking.promise, ended])
  expect(errors).toBe('')
  // Random on purpose: inside a read, a transaction, a commit, a deletion, between two of them.
  setTimeout(() => child.kill('SIGKILL'), afterMs)
  await ended
  expect(flushes).toBeGreaterThan(0)
  return said
}

describe.each(storeKinds)('%s', (kind) => {
  const kills = Number(process.env.KILLS ?? 5)
  test('killed again and again in the middle of it: every row that was recorded counts exactly once', async () => {
    const address = await stores.address(kind)
    const folder = createFolder()
    const said: number[] = []
    for (let kill = 0; kill < kills; kill += 1)
      said.push(await runAndKill(address, folder, String(kill), Math.random() * 150))
    const ledger = openLedger(address, folder)
    expect(await ledger.verify()).toMatchObject({ agrees: true, differing: 0 })
    const { db } = await openTestStore(address)
    const rows = await db.selectFrom('requests').select('request_id').execute()
    const seen = new Set(rows.map((row) => row.request_id))
    expect(seen.size).toBe(rows.length)
    for (const [kill, count] of said.entries())
      for (let row = 1; row <= count; row += 1) expect(seen.has(`${kill}-${row}`)).toBe(true)
    const [totals] = await db
      .selectFrom('usage_totals')
      .select(({ fn }) => fn.sum('requests').as('requests'))
      .execute()
    expect(Number(totals!.requests)).toBe(rows.length)
  }, 120_000)
})

test('a thread that is ended in the middle of it: its successor counts every row once', async () => {
  const address = await stores.address('sqlite')
  const folder = createFolder()
  const nothing = { onWritten() {}, onTrouble() {}, onDropped() {} }
  for (let round = 0; round < 20; round += 1) {
    const journal = createJournal({ folder, limitBytes: 1e9, ...nothing })
    const { run } = journal
    const retention = { auditMs: 0, auditMaxRows: 0, eventsMs: 0 }
    const thread = createLedgerThread({ address, folder, run, keepsRows: true, retention }, () => undefined)
    for (let row = 0; row < 3000; row += 1) journal.append(encodeRequestLine(`${round}-${row}`, createRow()))
    journal.close()
    thread.wake()
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 250))
    await thread.end()
  }
  expect(await openLedger(address, folder).verify()).toMatchObject({ agrees: true, requests: 60_000 })
})

test('a journal that cannot be read: told, and taken over when it can', async () => {
  const address = await stores.address('sqlite')
  const folder = createFolder()
  const ledger = openLedger(address, folder)
  // A folder in place of a file: reading it fails every time, until it is gone.
  const blocking = segmentPath(folder, createRunName(0), 1)
  mkdirSync(blocking)
  ledger.record(createRow())
  await expect(ledger.flush()).rejects.toThrow('EISDIR')
  rmdirSync(blocking)
  await ledger.flush()
  expect(await ledger.verify()).toMatchObject({ agrees: true, requests: 1 })
})
