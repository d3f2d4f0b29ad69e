import { setMaxListeners } from 'node:events'
import { markEnded, allEnded, type Share } from '../lanes/share.ts'

/** What goes on after the last measured request was sent, so that those in flight end under the load they began under. */
export type CoolDown = {
  /** This thread's measured requests have ended; it goes on until those of all threads have. */
  ended(): void
  isOver(): boolean
  /** Ends what is still in flight then: nobody waits for it. */
  signal: AbortSignal
  /** Sends one uncounted request, and resolves once it is over. */
  send<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T>
  sent(): number
}

/** How often a thread looks whether the others have ended; it only makes the cool-down longer by that. */
const lookEveryMs = 5

/** `signal` ends it at once, as it ends all sending. */
export const createCoolDown = (share: Share, signal: AbortSignal): CoolDown => {
  const over = new AbortController()
  const stop = AbortSignal.any([signal, over.signal])
  setMaxListeners(0, stop)
  let sent = 0
  let looking: NodeJS.Timeout | undefined
  const look = (): void => {
    if (!allEnded(share) && !signal.aborted) return
    clearInterval(looking)
    over.abort()
  }
  return {
    signal: stop,
    isOver: () => stop.aborted,
    ended() {
      markEnded(share)
      looking = setInterval(look, lookEveryMs)
      look()
    },
    send(send) {
      sent += 1
      return send(stop)
    },
    sent: () => sent,
  }
}
