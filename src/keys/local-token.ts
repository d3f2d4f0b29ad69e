import { randomBytes } from 'node:crypto'
import { digest, equalHashes } from './hash-secret.ts'
import { local } from './principal.ts'
import type { Verdict } from './verdict-cache.ts'

const prefix = 'sluice-local-'

/**
 * The credential of our own command line: new at each start, kept in `daemon.json`, which only the daemon's
 * user can read. Whoever can read that file can read the store too.
 */
export const createLocalToken = (): string => prefix + randomBytes(32).toString('base64url')

export function checkLocalToken(token: string, credential: string): Verdict | undefined {
  if (!credential.startsWith(prefix)) return undefined
  if (!equalHashes(digest(credential), digest(token))) return undefined
  return { principal: local, freshUntil: Infinity, validUntil: Infinity }
}
