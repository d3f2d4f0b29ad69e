import type { Principal } from './principal.ts'

/** What is known of one credential. Times are milliseconds since 1970. */
export type Verdict = {
  principal: Principal
  /** From here on it has to be asked again. */
  freshUntil: number
  /** From here on it is worth nothing: expired, or its grace is over. */
  validUntil: number
}

export type VerdictCache = {
  find(digest: string): Verdict | undefined
  keep(digest: string, verdict: Verdict, epoch: number): void
  /** This credential is good no more. */
  drop(digest: string): void
  /** Drops what is known of a principal; answers that are being looked up now are not kept either. */
  forget(id: string): void
  /** To be read before a look-up and given to `keep` after it. */
  readonly epoch: number
}

/** Good credentials by their digest; the oldest go first. Bad ones are not kept: anybody can make those up. */
export function createVerdictCache(size = 10_000): VerdictCache {
  const verdicts = new Map<string, Verdict>()
  let epoch = 0
  return {
    find: (digest) => verdicts.get(digest),
    keep(digest, verdict, lookedUpAt) {
      if (lookedUpAt !== epoch) return
      // Put last again: what is in use is refreshed, and so stays.
      verdicts.delete(digest)
      verdicts.set(digest, verdict)
      for (const oldest of verdicts.keys()) {
        if (verdicts.size <= size) break
        verdicts.delete(oldest)
      }
    },
    drop: (digest) => void verdicts.delete(digest),
    forget(id) {
      epoch += 1
      for (const [digest, { principal }] of verdicts) if (principal.id === id) verdicts.delete(digest)
    },
    get epoch() {
      return epoch
    },
  }
}
