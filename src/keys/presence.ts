import type { Logger } from '../log.ts'
import type { Vault } from './vault.ts'

/** How long the first key of another daemon on the same store may go unseen. */
const freshMs = 5000

/** Whether callers must say who they are: from the first key, or JWT setting, on and for ever. */
export type Presence = {
  /** What is known without asking. */
  readonly known: boolean
  isFresh(now: number): boolean
  required(now: number): Promise<boolean>
  /** A key exists now. */
  notice(): void
}

export function createPresence(vault: Vault, log: Logger, known: boolean): Presence {
  let askedAt = -Infinity
  let asking: Promise<void> | undefined
  // Revoked keys count as well: revoking the last one must not open the door to everybody.
  const ask = async (now: number) => {
    try {
      if (vault.exists() && (await vault.use(({ book }) => book.hasKeys()))) known = true
      askedAt = now
    } catch (cause) {
      if (askedAt === -Infinity) throw cause
      log.warn({ event: 'store.unavailable', err: cause }, 'cannot ask the store whether there are keys')
      askedAt = now
    } finally {
      asking = undefined
    }
  }
  const isFresh = (now: number) => now < askedAt + freshMs
  return {
    get known() {
      return known
    },
    isFresh,
    async required(now) {
      if (known || isFresh(now)) return known
      await (asking ??= ask(now))
      return known
    },
    notice() {
      known = true
    },
  }
}
