import type { Attempt } from './attempt.ts'

/** What closes later than this did not cross with the request on its way. */
const longestRaceMs = 1000

export type SendingAgain = {
  /** `sendOnce` may be called a second time. */
  send(sendOnce: () => Promise<Attempt>): Promise<Attempt>
  /** Requests that were sent a second time. */
  resent(): number
}

/**
 * llama-server closes the connection behind each stream, and says the opposite. A request that was written meanwhile
 * was never read, and every client sends it again; its latency counts from the first time.
 */
export const createSendingAgain = (signal: AbortSignal): SendingAgain => {
  let resent = 0
  return {
    resent: () => resent,
    async send(sendOnce) {
      const first = await sendOnce()
      const { failure, startedAt, endedAt } = first
      if (failure?.onUsedConnection !== true || endedAt - startedAt > longestRaceMs || signal.aborted)
        return first
      const second = await sendOnce()
      // Nobody is there any more: the server went away, and the connection with it.
      if (second.failure?.kind === 'connect') return first
      resent += 1
      return { ...second, startedAt }
    },
  }
}
