import type { KeyTable } from '../store/tables.ts'
import type { Owner, Scopes } from './principal.ts'

/** One key as the store has it. Times are milliseconds since 1970. */
export type KeyRecord = {
  id: string
  name: string
  owner: Owner
  scopes: Scopes
  hash: string
  previousHash: string | null
  previousUntil: number | null
  createdAt: number
  expiresAt: number | null
  rotatedAt: number | null
  revokedAt: number | null
}

export type KeyStatus = 'active' | 'expired' | 'revoked'

export function keyStatus({ revokedAt, expiresAt }: KeyRecord, now: number): KeyStatus {
  if (revokedAt !== null) return 'revoked'
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active'
}

export const encodeRow = (record: KeyRecord): KeyTable => ({
  id: record.id,
  name: record.name,
  owner_user: record.owner.user,
  owner_team: record.owner.team,
  owner_tenant: record.owner.tenant,
  models: JSON.stringify(record.scopes.models),
  endpoints: JSON.stringify(record.scopes.endpoints),
  admin: record.scopes.admin ? 1 : 0,
  hash: record.hash,
  previous_hash: record.previousHash,
  previous_until: record.previousUntil,
  created_at: record.createdAt,
  expires_at: record.expiresAt,
  rotated_at: record.rotatedAt,
  revoked_at: record.revokedAt,
})

export const decodeRow = (row: KeyTable): KeyRecord => ({
  id: row.id,
  name: row.name,
  owner: { user: row.owner_user, team: row.owner_team, tenant: row.owner_tenant },
  scopes: {
    models: JSON.parse(row.models) as string[],
    endpoints: JSON.parse(row.endpoints) as string[],
    admin: row.admin === 1,
  },
  hash: row.hash,
  previousHash: row.previous_hash,
  previousUntil: row.previous_until,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  rotatedAt: row.rotated_at,
  revokedAt: row.revoked_at,
})
