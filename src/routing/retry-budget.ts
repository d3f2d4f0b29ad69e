export type RetryBudget = {
  /** A request has come in. */
  deposit(): void
  /** Whether a failed request may be sent once more; takes it from the budget. */
  withdraw(): boolean
}

/** What counts as recent. */
const windowMs = 10_000
/** Retries within the window that are always allowed: with few requests a share of them is nothing. */
const floor = 10

/**
 * Bounds what retries add to the load of workers that are in trouble already: at most this share of the recent
 * requests, whatever the requests themselves would still be allowed. One for all models.
 */
export function createRetryBudget(share: number, now: () => number = () => performance.now()): RetryBudget {
  // Two halves of the window: the present one, and the one before, which fades out.
  const half = windowMs / 2
  let turn = Math.floor(now() / half)
  let present = { requests: 0, retries: 0 }
  let before = { requests: 0, retries: 0 }
  const look = () => {
    const next = Math.floor(now() / half)
    if (next === turn) return
    before = next === turn + 1 ? present : { requests: 0, retries: 0 }
    present = { requests: 0, retries: 0 }
    turn = next
  }
  return {
    deposit() {
      look()
      present.requests += 1
    },
    withdraw() {
      look()
      const allowed = share === 0 ? 0 : Math.max(floor, share * (before.requests + present.requests))
      if (before.retries + present.retries + 1 > allowed) return false
      present.retries += 1
      return true
    },
  }
}
