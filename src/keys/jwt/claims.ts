import type { JWTPayload } from 'jose'
import { createPrincipal, type Principal } from '../principal.ts'

/** Which claim says what. */
export type ClaimNames = {
  user: string
  team: string
  tenant: string
  models: string
  endpoints: string
  admin: string
}

/** Also makes an administrator: a word of the standard `scope` claim. */
const adminScope = 'sluice:admin'

/** The caller that a genuine token speaks for; undefined when it names nobody. */
export function decodeClaims(payload: JWTPayload, names: ClaimNames): Principal | undefined {
  const user = readText(payload[names.user])
  if (user === null) return undefined
  const models = readList(payload[names.models])
  const endpoints = readList(payload[names.endpoints])
  // A list that is there and unreadable, or empty, must not become "everything".
  if (models === undefined || endpoints === undefined) return undefined
  const owner = { user, team: readText(payload[names.team]), tenant: readText(payload[names.tenant]) }
  const admin = payload[names.admin] === true || (readList(payload.scope) ?? []).includes(adminScope)
  return createPrincipal('jwt', `jwt:${user}`.slice(0, 128), owner, { models, endpoints, admin })
}

const readText = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** Words apart by spaces, or an array; absent: empty, which allows everything; undefined: neither. */
function readList(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return []
  const list: unknown[] = typeof value === 'string' ? value.split(' ').filter(Boolean) : []
  const all = Array.isArray(value) ? (value as unknown[]) : list
  return all.length > 0 && all.every((each) => typeof each === 'string') ? all : undefined
}
