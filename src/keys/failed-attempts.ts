import { isIPv6 } from 'node:net'

export type FailedAttempts = {
  /** Milliseconds to wait before the next try; 0: go ahead. A try counts as failed until it is forgiven. */
  begin(address: string, now: number): number
  forgive(address: string): void
}

export type AttemptLimits = { burst: number; regainMs: number; addresses: number }

/** Twenty at once, then one each three seconds: nobody types that fast, and a guesser gets nowhere. */
const usual: AttemptLimits = { burst: 20, regainMs: 3000, addresses: 10_000 }

/**
 * Guesses per address, as one number each: the time at which all its failures are forgotten (GCRA). The
 * addresses are bounded; the one that failed longest ago goes first.
 */
export function createFailedAttempts({ burst, regainMs, addresses }: AttemptLimits = usual): FailedAttempts {
  const clearAt = new Map<string, number>()
  return {
    begin(address, now) {
      const name = nameOf(address)
      const from = Math.max(clearAt.get(name) ?? 0, now)
      const wait = from + regainMs - now - burst * regainMs
      if (wait > 0) return wait
      clearAt.delete(name)
      clearAt.set(name, from + regainMs)
      for (const oldest of clearAt.keys()) {
        if (clearAt.size <= addresses) break
        clearAt.delete(oldest)
      }
      return 0
    },
    forgive(address) {
      const name = nameOf(address)
      const time = clearAt.get(name)
      if (time !== undefined) clearAt.set(name, time - regainMs)
    },
  }
}

/** One household has a whole IPv6 /64; an IPv4 address in IPv6 clothes is the IPv4 address. */
function nameOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  const [head = '', tail] = address.split('%', 1)[0]!.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  if (tail === undefined || groups.length >= 4) return groups.slice(0, 4).join(':')
  const filled = 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  const zeros = Array.from({ length: filled }, () => '0')
  return [...groups, ...zeros, ...tail.split(':')].slice(0, 4).join(':')
}
