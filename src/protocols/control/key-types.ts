/** The wire types of `/api/keys`. Times are ISO 8601. */

export type ListedKey = {
  /** The public part: it names the key in logs and commands. */
  id: string
  name: string
  status: 'active' | 'expired' | 'revoked'
  user: string | null
  team: string | null
  tenant: string | null
  /** Patterns with `*`; empty: every model. */
  models: string[]
  /** Patterns of URL paths with `*`; empty: every endpoint. */
  endpoints: string[]
  admin: boolean
  created_at: string
  expires_at: string | null
  rotated_at: string | null
  /** Until then the secret from before the rotation works too. */
  grace_until: string | null
  revoked_at: string | null
}

/** The only answer that has the secret. */
export type IssuedKeyAnswer = ListedKey & { key: string }

export type CreateKeyBody = {
  name: string
  user?: string | undefined
  team?: string | undefined
  tenant?: string | undefined
  models?: string[] | undefined
  endpoints?: string[] | undefined
  admin?: boolean | undefined
  expires_at?: string | undefined
}

/** What the daemon lets administrators do with keys. */
export type KeyActions = {
  create(body: CreateKeyBody): Promise<IssuedKeyAnswer>
  list(): Promise<ListedKey[]>
  show(id: string): Promise<ListedKey>
  /** Milliseconds; absent: a day. */
  rotate(id: string, graceMs: number | undefined): Promise<IssuedKeyAnswer>
  revoke(id: string): Promise<ListedKey>
}
