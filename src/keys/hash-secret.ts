import { createHmac, hash, timingSafeEqual } from 'node:crypto'

/** What is kept of a secret at rest: worthless without the pepper, and itself no credential. */
export const hashSecret = (pepper: Buffer, secret: string): string =>
  createHmac('sha256', pepper).update(secret).digest('hex')

/** In constant time. Both are hashes of the same length. */
export const equalHashes = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** Names a credential inside this process: in full, since a shortened one could be met by another's. */
export const digest = (credential: string): string => hash('sha256', credential, 'base64')
