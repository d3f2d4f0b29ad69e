import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { openStore, type Store } from '../store/open-store.ts'
import type { LedgerRow } from './ledger-line.ts'
import { createLedger, type LedgerOptions } from './ledger.ts'

const silent = pino({ level: 'silent' })

/** 2027-01-15, 08:00 UTC. */
export const eight = 1_800_000_000_000

export const createRow = (overrides: Partial<LedgerRow> = {}): Omit<LedgerRow, 'id'> => ({
  request_id: 'r',
  at: eight,
  endpoint: '/v1/chat/completions',
  model: 'tiny',
  worker: 'tiny-1',
  key_id: 'k1',
  owner_user: null,
  owner_team: 'search',
  owner_tenant: null,
  status: 200,
  error: null,
  finish: 'stop',
  streamed: 0,
  prompt_tokens: 10,
  completion_tokens: 5,
  cached_tokens: 2,
  token_source: 'engine',
  cost_nano: 1000,
  queue_ms: 0.5,
  ttft_ms: 20,
  total_ms: 100,
  flags: null,
  request_body: null,
  response_body: null,
  ...overrides,
})

export function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-ledger-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Closed when the test ends. */
export function openLedger(address: string, folder: string, options: Partial<LedgerOptions> = {}) {
  const ledger = createLedger({
    folder,
    address,
    keepsRows: true,
    journalLimitBytes: 1024 ** 3,
    retention: { auditMs: 0, auditMaxRows: 0, eventsMs: 0 },
    log: silent,
    ...options,
  })
  onTestFinished(() => ledger.close())
  return ledger
}

export async function openTestStore(address: string): Promise<Store> {
  const store = await openStore(address, silent)
  onTestFinished(() => store.close())
  return store
}
