import { existsSync } from 'node:fs'
import { holdsKeys } from '../store/holds-keys.ts'
import { isPostgres } from '../store/store-address.ts'
import type { PepperSource } from './pepper.ts'

/**
 * Whether there may be keys, found out without opening the store. The ledger makes a store too, so that the file
 * alone says nothing; but who has made a key has a pepper. Where the pepper is gone, the file is asked: its keys
 * must not become an open door. A file that cannot be read, and never had a pepper, has no keys.
 */
export function createKeyTrace(address: string, pepper: PepperSource): () => boolean {
  let known = isPostgres(address)
  return () => {
    known ||=
      existsSync(address) && (Boolean(pepper.environment) || existsSync(pepper.file) || holdsKeys(address))
    return known
  }
}
