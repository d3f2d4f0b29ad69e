import type { KeyIssuer, IssuedKey } from '../keys/issue-keys.ts'
import { keyStatus, type KeyRecord } from '../keys/key-record.ts'
import type { Logger } from '../log.ts'
import type { Events } from '../stats/events.ts'
import type { IssuedKeyAnswer, KeyActions, ListedKey } from '../protocols/control/key-types.ts'

/** Long enough to roll a new secret out, short enough that nobody forgets that two work. */
const usualGraceMs = 86_400_000

/** `/api/keys` in the words of the wire. What happens to a key is logged, its secret never. */
export function createKeyActions(issuer: KeyIssuer, log: Logger, events: Events): KeyActions {
  const note = (event: string, record: KeyRecord) => {
    log.info({ event, key: record.id, name: record.name, admin: record.scopes.admin }, event)
    events.record(event, { key: record.id, name: record.name })
  }
  return {
    list: async () => (await issuer.list()).map(describeKey),
    show: async (id) => describeKey(await issuer.show(id)),
    async create({ name, user, team, tenant, models, endpoints, admin, expires_at }) {
      const issued = await issuer.create({
        name,
        owner: { user: user ?? null, team: team ?? null, tenant: tenant ?? null },
        scopes: { models: models ?? [], endpoints: endpoints ?? [], admin: admin ?? false },
        expiresAt: expires_at === undefined ? null : Date.parse(expires_at),
      })
      note('key.created', issued.record)
      return describeIssued(issued)
    },
    async rotate(id, graceMs = usualGraceMs) {
      const issued = await issuer.rotate(id, graceMs)
      note('key.rotated', issued.record)
      return describeIssued(issued)
    },
    async revoke(id) {
      const record = await issuer.revoke(id)
      note('key.revoked', record)
      return describeKey(record)
    },
  }
}

const describeIssued = ({ record, secret }: IssuedKey): IssuedKeyAnswer => ({
  key: secret,
  ...describeKey(record),
})

function describeKey(record: KeyRecord): ListedKey {
  const now = Date.now()
  return {
    id: record.id,
    name: record.name,
    status: keyStatus(record, now),
    ...record.owner,
    models: record.scopes.models,
    endpoints: record.scopes.endpoints,
    admin: record.scopes.admin,
    created_at: new Date(record.createdAt).toISOString(),
    expires_at: toIso(record.expiresAt),
    rotated_at: toIso(record.rotatedAt),
    grace_until: (record.previousUntil ?? 0) > now ? toIso(record.previousUntil) : null,
    revoked_at: toIso(record.revokedAt),
  }
}

const toIso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
