import { setTimeout as delay } from 'node:timers/promises'

/** Does `turn` again and again, with a rest between, until `signal` aborts or it rejects. */
export async function repeat(
  restMs: number,
  signal: AbortSignal,
  turn: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await turn(signal)
    } catch (cause) {
      // What a Ctrl-C has broken off is no failure.
      if (!signal.aborted) throw cause
    }
    await delay(restMs, undefined, { signal }).catch(() => undefined)
  }
}
