import { AppError } from '../errors.ts'
import { createApiKey } from './api-key.ts'
import { hashSecret } from './hash-secret.ts'
import { keyStatus, type KeyRecord } from './key-record.ts'
import type { Owner, Scopes } from './principal.ts'
import type { Vault } from './vault.ts'

export type NewKey = { name: string; owner: Owner; scopes: Scopes; expiresAt: number | null }
export type IssuedKey = { record: KeyRecord; secret: string }

/** Makes and ends keys. A secret is handed out once, after it is stored. */
export type KeyIssuer = {
  create(wanted: NewKey): Promise<IssuedKey>
  list(): Promise<KeyRecord[]>
  show(id: string): Promise<KeyRecord>
  /** The old secret works for `graceMs` more; one from an earlier rotation ends now. */
  rotate(id: string, graceMs: number): Promise<IssuedKey>
  revoke(id: string): Promise<KeyRecord>
}

/** `onChange` runs when what was known of a key holds no more. */
export function createKeyIssuer(vault: Vault, onChange: (id: string) => void, clock = Date.now): KeyIssuer {
  const show = (id: string) => findKey(vault, id)
  return {
    show,
    list: async () => (vault.exists() ? vault.use(({ book }) => book.list()) : []),
    async create(wanted) {
      const issued = await createKey(vault, wanted, clock())
      onChange(issued.record.id)
      return issued
    },
    async rotate(id, graceMs) {
      const secret = await rotateKey(vault, await show(id), graceMs, clock())
      onChange(id)
      return { record: await show(id), secret }
    },
    async revoke(id) {
      await show(id)
      await vault.use(({ book }) => book.revoke(id, clock()))
      onChange(id)
      return show(id)
    },
  }
}

async function findKey(vault: Vault, id: string): Promise<KeyRecord> {
  const record = vault.exists() ? await vault.use(({ book }) => book.find(id)) : undefined
  if (record) return record
  throw new AppError('not_found', `there is no key "${id.slice(0, 64)}"; see: sluice keys list`)
}

async function createKey(vault: Vault, wanted: NewKey, now: number): Promise<IssuedKey> {
  if (wanted.expiresAt !== null && wanted.expiresAt <= now)
    throw new AppError('invalid_request', 'expires_at is in the past', { param: 'expires_at' })
  return vault.use(async ({ book, pepper }) => {
    const { id, secret } = createApiKey()
    const hash = hashSecret(pepper, secret)
    const unchanged = { previousHash: null, previousUntil: null, rotatedAt: null, revokedAt: null }
    const record: KeyRecord = { ...wanted, ...unchanged, id, hash, createdAt: now }
    await book.insert(record)
    return { record, secret }
  })
}

async function rotateKey(vault: Vault, record: KeyRecord, graceMs: number, now: number): Promise<string> {
  const { id } = record
  const status = keyStatus(record, now)
  if (status !== 'active') throw ended(id, status)
  return vault.use(async ({ book, pepper }) => {
    const { secret } = createApiKey(id)
    const previousUntil = graceMs > 0 ? now + graceMs : null
    // Somebody may have revoked it in this moment.
    if (await book.rotate(id, { hash: hashSecret(pepper, secret), previousUntil, at: now })) return secret
    throw ended(id, 'revoked')
  })
}

const ended = (id: string, status: string) =>
  new AppError('conflict', `the key ${id} is ${status}; make a new one: sluice keys create`)
