import type { ListedKey } from '../protocols/control/key-types.ts'

const listOr = (patterns: string[], otherwise: string) => patterns.join(', ') || otherwise
const minute = (time: string) => time.slice(0, 16).replace('T', ' ')

export const keyHead = ['ID', 'NAME', 'STATUS', 'OWNER', 'MODELS', 'ADMIN', 'EXPIRES']

export const keyRow = (key: ListedKey): string[] => [
  key.id,
  key.name,
  key.status,
  [key.tenant, key.team, key.user].filter(Boolean).join('/') || '-',
  listOr(key.models, 'all'),
  key.admin ? 'yes' : '-',
  key.expires_at === null ? 'never' : minute(key.expires_at),
]

/** `label  value` lines; what is not set is left out. Times are UTC. */
export function describeKey(key: ListedKey): string {
  const facts: [string, string | null][] = [
    ['id', key.id],
    ['name', key.name],
    ['status', key.status],
    ['user', key.user],
    ['team', key.team],
    ['tenant', key.tenant],
    ['models', listOr(key.models, 'all')],
    ['endpoints', listOr(key.endpoints, 'all')],
    ['admin', key.admin ? 'yes' : 'no'],
    ['created', minute(key.created_at)],
    ['expires', key.expires_at && minute(key.expires_at)],
    ['rotated', key.rotated_at && minute(key.rotated_at)],
    ['old secret until', key.grace_until && minute(key.grace_until)],
    ['revoked', key.revoked_at && minute(key.revoked_at)],
  ]
  return facts
    .filter(([, value]) => value !== null)
    .map(([label, value]) => `${label.padEnd(18)}${value}`)
    .join('\n')
}

/** What is printed with a new secret, which nobody can show a second time. */
export const describeSecret = (secret: string, baseUrl: string): string =>
  [
    secret,
    '',
    'Keep it now: only a hash of it is stored, so it cannot be shown again.',
    `  OPENAI_BASE_URL=${baseUrl}/v1`,
    `  OPENAI_API_KEY=${secret}`,
    `  curl ${baseUrl}/v1/models -H 'authorization: Bearer ${secret}'`,
  ].join('\n')
