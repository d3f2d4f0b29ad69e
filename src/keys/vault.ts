import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Store } from '../store/open-store.ts'
import { createKeyBook, type KeyBook } from './key-book.ts'
import { openPepper, type PepperSource } from './pepper.ts'

type OpenVault = { store: Store; book: KeyBook; pepper: Buffer }

/** The store and the pepper together, opened when somebody needs them and then kept. */
export type Vault = {
  /** False: nothing was ever stored, so there is no need to open. */
  exists(): boolean
  use<T>(work: (vault: { book: KeyBook; pepper: Buffer }) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export type VaultOptions = {
  exists(): boolean
  openStore(): Promise<Store>
  pepper: PepperSource
  log: Logger
}

/** Work that fails rejects with an AppError: `store_unavailable` unless the reason has a name. */
export function createVault({ exists, openStore, pepper, log }: VaultOptions): Vault {
  let opening: Promise<OpenVault> | undefined
  const open = async (): Promise<OpenVault> => {
    const store = await openStore()
    try {
      return { store, book: createKeyBook(store), pepper: await openPepper(pepper, store) }
    } catch (cause) {
      await store.close()
      throw cause
    }
  }
  return {
    exists,
    async use(work) {
      opening ??= open()
      let vault
      try {
        vault = await opening
      } catch (cause) {
        // The next one tries again.
        opening = undefined
        throw explain(cause, log)
      }
      try {
        return await work(vault)
      } catch (cause) {
        throw explain(cause, log)
      }
    },
    async close() {
      const vault = await opening?.catch(() => undefined)
      await vault?.store.close()
    },
  }
}

const retryMs = 2000

function explain(cause: unknown, log: Logger): AppError {
  if (cause instanceof AppError) return cause
  // Callers are only told to come back.
  log.warn({ event: 'store.unavailable', err: cause }, 'the store of keys failed')
  const message = 'the store of keys cannot be reached; try again in a moment'
  return new AppError('store_unavailable', message, { cause, retryAfterMs: retryMs })
}
