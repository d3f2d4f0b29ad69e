import { existsSync } from 'node:fs'
import { holdsKeys } from '../store/holds-keys.ts'
import { isPostgres } from '../store/store-address.ts'
import type { PepperSource } from './pepper.ts'

/**
 * Whether there may be keys, found out without opening the store. The ledger makes a store too, so that the file
 * alone says nothing; but who has made a key has a pepper. Where the pepper is gone, the file is asked: its keys
 * must not become an open door, and neither must a file that cannot be read: whoever uses the store is told why.
 */
export function createKeyTrace(address: string, pepper: PepperSource): () => boolean {
  let known = isPostgres(address)
  return () => {
    if (known) return true
    const holds = holdsKeys(address)
    if (holds === 'unreadable') return true
    known = holds || (existsSync(address) && (Boolean(pepper.environment) || existsSync(pepper.file)))
    return known
  }
}
