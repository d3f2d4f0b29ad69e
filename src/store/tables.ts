/**
 * The tables, in types that SQLite and PostgreSQL both have: times are integer milliseconds, lists are JSON
 * text, truth is 0 or 1.
 */
export type Tables = { meta: MetaTable; api_keys: KeyTable }

/** Single facts: the schema's version, the pepper's fingerprint. */
type MetaTable = { name: string; value: string }

export type KeyTable = {
  id: string
  name: string
  owner_user: string | null
  owner_team: string | null
  owner_tenant: string | null
  models: string
  endpoints: string
  admin: number
  hash: string
  /** After a rotation: the hash before it, valid until `previous_until`. */
  previous_hash: string | null
  previous_until: number | null
  created_at: number
  expires_at: number | null
  rotated_at: number | null
  revoked_at: number | null
}
