import { lower, type Priority } from './priority.ts'

export type Ranking = Record<string, Priority>
export type PriorityRules = {
  default: Priority
  keys: Ranking
  users: Ranking
  teams: Ranking
  tenants: Ranking
}

export type Caller = {
  id: string
  owner: { user: string | null; team: string | null; tenant: string | null }
}

/** `wish`: what the caller asked for; it lowers his own class, and never raises it. */
export type PriorityBook = (caller: Caller, wish?: Priority) => Priority

const look = (ranking: Ranking, name: string | null): Priority | undefined =>
  name !== null && Object.hasOwn(ranking, name) ? ranking[name] : undefined

/** The nearest rule counts: the key's own, then its user's, team's, tenant's. */
export const createPriorityBook =
  ({ default: fallback, keys, users, teams, tenants }: PriorityRules): PriorityBook =>
  ({ id, owner }, wish) => {
    const own =
      look(keys, id) ??
      look(users, owner.user) ??
      look(teams, owner.team) ??
      look(tenants, owner.tenant) ??
      fallback
    return wish === undefined ? own : lower(own, wish)
  }
