import type { Logger } from '../log.ts'
import type { Vault } from './vault.ts'

/** How long the first key of another daemon on the same store may go unseen. */
const freshMs = 5000
/** While the store is away, what it said last holds so long: as for a known key (ADR 13). */
const graceMs = 5 * 60_000

/**
 * Whether callers must say who they are: from the first key, or JWT setting, on and for ever. Who cannot be told,
 * because the store cannot be read, is let in by nobody: `store_unavailable`.
 */
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
  let answeredAt = -Infinity
  let asking: Promise<void> | undefined
  // Revoked keys count as well: revoking the last one must not open the door to everybody.
  const ask = async (now: number) => {
    try {
      if (vault.exists() && (await vault.use(({ book }) => book.hasKeys()))) known = true
      askedAt = answeredAt = now
    } catch (cause) {
      if (now > answeredAt + graceMs) throw cause
      log.warn({ event: 'store.unavailable', err: cause }, 'cannot ask the store whether there are keys')
      askedAt = now
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
      // Behind the assignment: an answer that is there at once would otherwise be kept for ever.
      await (asking ??= ask(now).finally(() => (asking = undefined)))
      return known
    },
    notice() {
      known = true
    },
  }
}
