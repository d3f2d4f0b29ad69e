import { readKeyId } from './api-key.ts'
import { equalHashes, hashSecret } from './hash-secret.ts'
import { keyStatus, type KeyRecord } from './key-record.ts'
import { createPrincipal } from './principal.ts'
import { refuse } from './refusal.ts'
import type { Vault } from './vault.ts'
import type { Verdict } from './verdict-cache.ts'

/** How long a revocation by another daemon may go unseen. */
const freshMs = 5000

/** No secret has this hash. */
const noHash = '0'.repeat(64)

/**
 * Looks a key up and checks its secret. Takes the same steps for every outcome, a malformed key and an unknown
 * id included, so that their times tell nothing. Rejects with `invalid_api_key`.
 */
export async function checkKey(vault: Vault, credential: string, now: number): Promise<Verdict> {
  const id = readKeyId(credential) ?? ''
  return vault.use(async ({ book, pepper }) => {
    const record = await book.find(id)
    const hash = hashSecret(pepper, credential)
    const isCurrent = equalHashes(hash, record?.hash ?? noHash)
    const isPrevious = equalHashes(hash, record?.previousHash ?? noHash)
    if (!record || !(isCurrent || isPrevious)) throw refuse('unknown')
    return judge(record, isCurrent, now)
  })
}

function judge(record: KeyRecord, isCurrent: boolean, now: number): Verdict {
  const status = keyStatus(record, now)
  if (status !== 'active') throw refuse(status)
  const validUntil = Math.min(
    record.expiresAt ?? Infinity,
    isCurrent ? Infinity : (record.previousUntil ?? 0),
  )
  if (validUntil <= now) throw refuse('expired')
  const principal = createPrincipal('key', record.id, record.owner, record.scopes)
  return { principal, validUntil, freshUntil: now + freshMs }
}
