/**
 * A child of governance.ts: the gateway with the fake engine and those parts of governance that its argument names,
 * such as `keys+limits`. Says where it listens and with which keys; answers each message with its CPU time so far.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createAdmission, type Admission } from '../src/admission/admission.ts'
import { createPriorityBook } from '../src/admission/priority-book.ts'
import { createTotals } from '../src/admission/totals.ts'
import { createFakeLoader } from '../src/engines/fake/fake-loader.ts'
import { createGateway } from '../src/gateway/app.ts'
import type { GatewayOptions } from '../src/gateway/settings.ts'
import { createAccess } from '../src/keys/access.ts'
import { createKeyIssuer } from '../src/keys/issue-keys.ts'
import { createLocalToken } from '../src/keys/local-token.ts'
import { anonymous } from '../src/keys/principal.ts'
import { createVault } from '../src/keys/vault.ts'
import { createLimits } from '../src/limits/limits.ts'
import { createMemoryStore } from '../src/limits/memory-store.ts'
import { createPriceList } from '../src/limits/price-list.ts'
import { createRuleBook } from '../src/limits/rule-book.ts'
import { createLog } from '../src/log.ts'
import { openai } from '../src/protocols/openai/openai.ts'
import { createLedger } from '../src/stats/ledger.ts'
import { openStore } from '../src/store/open-store.ts'
import { gatewaySettings } from './gateway-settings.ts'

const parts = new Set((process.argv[2] ?? '').split('+'))
const callers = 20
/** Fewer than the load generator's streams, so that some wait. */
const slots = 16
const many = 10_000_000
const folder = mkdtempSync(join(tmpdir(), 'sluice-governance-'))
const silent = pino({ level: 'silent' })

async function openAccess(): Promise<{ access: GatewayOptions['access']; keys: string[] }> {
  if (!parts.has('keys')) return { access: { identify: () => anonymous }, keys: [] }
  const vault = createVault({
    log: silent,
    exists: () => true,
    openStore: () => openStore(join(folder, 'store.db'), silent),
    pepper: { file: join(folder, 'pepper'), environment: undefined },
  })
  const access = createAccess({ vault, localToken: createLocalToken(), checkJwt: undefined, log: silent })
  const issuer = createKeyIssuer(vault, access.keyChanged)
  const keys: string[] = []
  for (let number = 0; number < callers; number += 1) {
    const owner = { user: `user-${number}`, team: `team-${number % 5}`, tenant: `tenant-${number % 2}` }
    const scopes = { models: [], endpoints: [], admin: false }
    keys.push((await issuer.create({ name: `key-${number}`, owner, scopes, expiresAt: null })).secret)
  }
  return { access, keys }
}

/** The 13 counters of `bench:limits`; without keys those of the callers' owners do not match. */
const openLimits = () =>
  createLimits({
    rules: createRuleBook([
      { key: '*', requests_per_minute: many, tokens_per_minute: 1e12, concurrent_requests: many },
      { user: '*', requests_per_minute: many, tokens_per_day: 1e14 },
      { team: '*', tokens_per_minute: 1e12, tokens_per_day: 1e14, budget_per_month: 1_000_000 },
      { tenant: '*', budget_per_day: 1_000_000, budget_per_month: 1_000_000, concurrent_requests: many },
      { model: '*', requests_per_minute: many, tokens_per_minute: 1e12 },
    ]),
    prices: createPriceList({ '*': { input: 3, cached: 0.3, output: 15 } }),
    store: createMemoryStore(),
    answerTokens: 1024,
  })

/** The gate that is none. */
const open: Admission = {
  enter: async () => () => undefined,
  resize: () => undefined,
  status: () => ({ running: 0, waiting: 0, slots: 0, queue: 0 }),
}
const openQueue = () =>
  createAdmission({
    slots,
    queue: 256,
    maxWaitMs: 120_000,
    share: 0.5,
    totals: createTotals({ running: many, waiting: 4096, waitingBytes: 256 * 1024 ** 2, share: 0.5 }),
  })

const openAudit = () =>
  createLedger({
    folder: join(folder, 'journal'),
    address: join(folder, 'store.db'),
    keepsRows: true,
    journalLimitBytes: 1024 ** 3,
    retention: { auditMs: 0, auditMaxRows: 0, eventsMs: 0 },
    log: silent,
  })

const load = { source: 'fake:', contextLength: 4096, parallel: 256, threads: undefined, batchTokens: 512 }
const engine = await createFakeLoader().load(
  { ...load, gpuLayers: 'auto' },
  { signal: new AbortController().signal, onProgress: () => undefined },
)
const route = { model: 'fast', engine, admission: parts.has('queue') ? openQueue() : open }
const ledger = parts.has('audit') ? openAudit() : undefined
const { access, keys } = await openAccess()
const priorities = {
  default: 'normal',
  keys: {},
  users: {},
  teams: { 'team-1': 'high' },
  tenants: {},
} as const
const app = createGateway({
  protocols: [openai],
  models: { list: () => [], find: () => undefined, resolve: async () => route },
  access,
  limits: parts.has('limits') ? openLimits() : undefined,
  ...(ledger && { audit: { record: ledger.record, keepsBodies: false } }),
  // Written and thrown away in every variant: the log is no part of governance.
  log: createLog('info', pino.destination('/dev/null')),
  settings: {
    ...gatewaySettings,
    ...(parts.has('queue') && { priorities: createPriorityBook(priorities) }),
  },
  state: () => 'ready',
  version: '0.0.0',
})
await app.listen({ port: 0, host: '127.0.0.1' })
process.send?.({ port: (app.server.address() as AddressInfo).port, keys })

const total = ({ user, system }: NodeJS.CpuUsage) => user + system
process.on('message', (question) => void answer(question as 'cpu' | 'verify'))
async function answer(question: 'cpu' | 'verify'): Promise<void> {
  const main = total(process.threadCpuUsage())
  // What the ledger's thread has still to do belongs to the requests so far.
  await ledger?.flush()
  if (question === 'cpu') process.send?.({ main, all: total(process.cpuUsage()) })
  else process.send?.((await ledger?.verify()) ?? null)
}
process.on('disconnect', () => {
  rmSync(folder, { recursive: true, force: true })
  process.exit()
})
