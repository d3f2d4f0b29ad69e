/**
 * What reports cost the thread that answers requests, in CPU time and in time for which its event loop stands
 * still: read there, and in the thread that the daemon uses. 1,000,000 requests and 24 hours of totals for 50 keys and 5 models, on SQLite.
 *
 *   npm run bench:reports -- [--rows 1000000] [--hours 24]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Transaction } from 'kysely'
import { pino } from 'pino'
import { createHistogram } from '../src/stats/hdr-histogram.ts'
import { createReportReader } from '../src/stats/report-thread.ts'
import { readers, type ReportName, type Reports } from '../src/stats/reports.ts'
import { requestRow, usageRow } from '../src/stats/seed.test-kit.ts'
import { openStore, type Store } from '../src/store/open-store.ts'
import type { Tables } from '../src/store/tables.ts'
import { median } from './median.ts'

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, hours: { type: 'string', default: '24' } },
})
const rows = Number(values.rows)
const hours = Number(values.hours)
const hourMs = 3_600_000
const end = Math.ceil(Date.now() / hourMs) * hourMs
const start = end - hours * hourMs
const rounds = 5
const everyMs = 5

const log = pino({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'sluice-reports-'))
const address = join(folder, 'store.db')
const { signal } = new AbortController()
const store = await openStore(address, log)
try {
  await seed(store)
  await measure(store)
} finally {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
}

type Case<Name extends ReportName = ReportName> = {
  title: string
  name: Name
  query: Reports[Name]['query']
}
function ask<Name extends ReportName>(title: string, name: Name, query: Reports[Name]['query']): Case {
  return { title, name, query } as Case
}

function listCases(): Case[] {
  const usage = { since: start, until: end, only: {}, by: [], limit: 1000 }
  return [
    ask('stats of one key', 'usage', { ...usage, only: { key: 'key-7' } }),
    ask('stats of all', 'usage', usage),
    ask('stats of all by key', 'usage', { ...usage, by: ['key'] }),
    ask('newest 100 requests', 'requests', { limit: 100 }),
    ask('newest 1000 requests', 'requests', { limit: 1000 }),
    ask('newest 100 of one key', 'requests', { limit: 100, key: 'key-7' }),
    ask('100 with status 5xx, of which there are none', 'requests', { limit: 100, status: [500, 599] }),
    ask('ended in the last 15 s (one look of --follow)', 'requests', {
      limit: 1000,
      endedSince: end - 15_000,
    }),
  ]
}

async function measure({ db }: Store): Promise<void> {
  const reader = createReportReader({ address, log })
  await reader.ask('events', { limit: 1 }, signal)
  const heads = ['direct: CPU', 'loop stands', 'thread: CPU', 'loop stands', 'takes']
  printRow(`milliseconds, medians of ${rounds}`, heads)
  for (const { title, name, query } of listCases()) {
    const direct = await repeat(() => readers[name](db, query as never))
    const thread = await repeat(() => reader.ask(name, query, signal))
    const cells = [direct.cpu, direct.stands, thread.cpu, thread.stands, thread.takes]
    printRow(
      title,
      cells.map((ms) => ms.toFixed(1)),
    )
  }
  // What the machine itself does to an idle loop.
  const idle = await repeat(() => delay(500))
  printRow(
    'nothing, for 500 ms',
    [idle.cpu, idle.stands].map((ms) => ms.toFixed(1)),
  )
  await reader.close()
}

function printRow(title: string, cells: string[]): void {
  console.log(title.padEnd(46), ...cells.map((cell) => cell.padStart(12)))
}

async function repeat(run: () => Promise<unknown>) {
  const all: { takes: number; stands: number; cpu: number }[] = []
  for (let round = 0; round < rounds; round += 1) all.push(await watch(run))
  const of = (name: 'takes' | 'stands' | 'cpu') => median(all.map((each) => each[name]))
  return { takes: of('takes'), stands: of('stands'), cpu: of('cpu') }
}

/** How long `run` takes, the CPU time of this thread, and how long its loop stands still at most, within 5 ms. */
async function watch(run: () => Promise<unknown>) {
  let last = performance.now()
  let stands = 0
  const timer = setInterval(() => {
    const now = performance.now()
    stands = Math.max(stands, now - last - everyMs)
    last = now
  }, everyMs)
  await delay(2 * everyMs)
  stands = 0
  const begun = performance.now()
  const before = process.threadCpuUsage()
  await run()
  const used = process.threadCpuUsage(before)
  const takes = performance.now() - begun
  await delay(2 * everyMs)
  clearInterval(timer)
  return { takes, stands, cpu: (used.user + used.system) / 1000 }
}

function seed({ db }: Store): Promise<void> {
  return db.transaction().execute(fill)
}

async function fill(db: Transaction<Tables>): Promise<void> {
  const histogram = createHistogram()
  for (let each = 0; each < 170; each += 1) histogram.record(300_000 * Math.exp(Math.sin(each * 37)))
  const text = histogram.encode()
  const histograms = { total_histogram: text, ttft_histogram: text, queue_histogram: text }
  const totals = Array.from({ length: hours * 50 * 5 }, (_, index) =>
    usageRow({
      hour: start + Math.floor(index / 250) * hourMs,
      key_id: `key-${index % 50}`,
      model: `model-${Math.floor(index / 50) % 5}`,
      requests: 170,
      ...histograms,
    }),
  )
  await insert(totals, (part) => db.insertInto('usage_totals').values(part).execute())
  const span = 24 * hourMs
  for (let from = 0; from < rows; from += 10_000) {
    const part = Array.from({ length: Math.min(10_000, rows - from) }, (_, index) =>
      requestRow({
        at: end - span + Math.floor(((from + index) / rows) * span),
        key_id: `key-${(index * 7) % 50}`,
        model: `model-${index % 5}`,
      }),
    )
    await insert(part, (some) => db.insertInto('requests').values(some).execute())
  }
}

/** A statement takes at most 32766 values. */
async function insert<T>(all: T[], write: (part: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += 1000) await write(all.slice(from, from + 1000))
}
