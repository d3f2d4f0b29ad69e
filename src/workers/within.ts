import { setTimeout as delay } from 'node:timers/promises'

/** Undefined when the time is over first; leaves no timer. */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  const abort = new AbortController()
  const late = delay(timeoutMs, undefined, { signal: abort.signal }).catch(() => undefined)
  try {
    return await Promise.race([promise, late])
  } finally {
    abort.abort()
  }
}
