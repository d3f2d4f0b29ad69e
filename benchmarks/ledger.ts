/**
 * What the ledger costs: CPU on the daemon's own thread per row, on all threads per row, and whether the store
 * keeps up with a steady rate: the backlog is printed over time.
 *
 *   npm run bench:ledger -- [--rate 1000] [--seconds 60] [--callers 20] [--store postgres://...] [--json]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createJournal } from '../src/stats/journal.ts'
import { encodeRequestLine } from '../src/stats/ledger-line.ts'
import { createLedger, type Ledger } from '../src/stats/ledger.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    callers: { type: 'string', default: '20' },
    store: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [rate, seconds, callers] = [values.rate, values.seconds, values.callers].map(Number) as [
  number,
  number,
  number,
]
const folder = mkdtempSync(join(tmpdir(), 'sluice-ledger-'))
const address = values.store ?? join(folder, 'store.db')
const ledger = createLedger({
  folder: join(folder, 'journal'),
  address,
  keepsRows: true,
  journalLimitBytes: 1024 ** 3,
  retention: { auditMs: 0, auditMaxRows: 0, eventsMs: 0 },
  log: pino({ level: 'warn' }),
})

function record(target: Pick<Ledger, 'record'>, number: number): void {
  target.record({
    request_id: `0b8f4c1e-5a3d-4e7b-9c2f-${String(number).padStart(12, '0')}`,
    at: Date.now(),
    endpoint: '/v1/chat/completions',
    model: number % 3 === 0 ? 'large' : 'small',
    worker: 'small-1',
    key_id: `key${number % callers}`,
    owner_user: `user${number % callers}`,
    owner_team: 'team',
    owner_tenant: 'tenant',
    status: number % 50 === 0 ? 429 : 200,
    error: null,
    finish: 'stop',
    streamed: number % 2,
    prompt_tokens: 100 + (number % 400),
    completion_tokens: number % 200,
    cached_tokens: number % 90,
    token_source: 'engine',
    cost_nano: number % 10_000,
    queue_ms: (number % 70) / 10,
    ttft_ms: 20 + (number % 300),
    total_ms: 100 + (number % 5000),
    flags: null,
    request_body: null,
    response_body: null,
  })
}

/** The main thread alone: rows that end in turns of `each`, with the write that follows; no thread runs yet. */
async function measureMainThread(each: number): Promise<number> {
  const rounds = Math.ceil(20_000 / each)
  const journal = createJournal({
    folder: join(folder, `main-${each}`),
    limitBytes: 1024 ** 3,
    onWritten: () => undefined,
    onTrouble: () => undefined,
    onDropped: () => undefined,
  })
  let id = 0
  const target = {
    record: (row: Parameters<Ledger['record']>[0]) =>
      journal.append(encodeRequestLine(`bench-${(id += 1)}`, row)),
  }
  const before = process.threadCpuUsage()
  for (let round = 0; round < rounds; round += 1) {
    for (let row = 0; row < each; row += 1) record(target, round * each + row)
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  }
  const { user, system } = process.threadCpuUsage(before)
  journal.close()
  return (user + system) / (rounds * each)
}

const perRow: Record<string, number> = {}
for (const each of [1, 1, 10, 100]) perRow[`${each} per turn`] = await measureMainThread(each)
const say = (text: string) => void (values.json || console.log(text))
for (const [name, us] of Object.entries(perRow))
  say(`main thread, ${name.padEnd(14)} ${us.toFixed(2)} µs per row`)

const backlog: { second: number; backlog_rows: number; backlog_bytes: number; rss_mb: number }[] = []
const startedAt = performance.now()
const before = process.cpuUsage()
let recorded = 0
let slowestMs = 0
for (let next = 1; ;) {
  const elapsed = (performance.now() - startedAt) / 1000
  if (elapsed >= seconds) break
  const began = performance.now()
  for (const due = Math.floor(elapsed * rate); recorded < due; recorded += 1) record(ledger, recorded)
  await new Promise((resolve) => setTimeout(resolve, 1))
  slowestMs = Math.max(slowestMs, performance.now() - began)
  if (elapsed < next) continue
  next += Math.max(1, Math.round(seconds / 12))
  const { backlogBytes, taken } = ledger.status()
  const sample = {
    second: Math.round(elapsed),
    backlog_rows: recorded - taken,
    backlog_bytes: backlogBytes,
    rss_mb: Math.round(process.memoryUsage.rss() / 1024 ** 2),
  }
  backlog.push(sample)
  say(
    `second ${String(sample.second).padStart(3)}: ${recorded} recorded, ${sample.backlog_rows} not in the store yet, ${sample.rss_mb} MB`,
  )
}
await ledger.flush()
const { user, system } = process.cpuUsage(before)
const verdict = await ledger.verify()
const all = (user + system) / recorded
say(
  `all threads, with the load generator: ${all.toFixed(1)} µs per row; longest turn ${slowestMs.toFixed(1)} ms`,
)
say(`verify: ${verdict.agrees ? 'agrees' : 'DOES NOT AGREE'}, ${verdict.requests} requests`)
if (!values.store) say(`store ${(statSync(address).size / recorded).toFixed(0)} bytes per row`)
if (values.json)
  console.log(
    JSON.stringify({ main_thread_us: perRow, all_threads_us: all, backlog, agrees: verdict.agrees }),
  )
await ledger.close()
rmSync(folder, { recursive: true, force: true })
process.exit(verdict.agrees && verdict.requests === recorded ? 0 : 1)
