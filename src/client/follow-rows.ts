type Row = { id: string }
export type Window<T> = (since: string, signal: AbortSignal) => Promise<T[]>

/** Rows come to the store in batches, so some are older than others that were there before them. */
const lateMs = 15_000

/**
 * Rows that have come since the last look, in the order of `endOf`. `read` gives all rows since a time; the
 * first look only finds out what is there already.
 */
export function followRows<T extends Row>(read: Window<T>, endOf: (row: T) => number) {
  let seen: Set<string> | undefined
  let since = Date.now() - lateMs
  return {
    async next(signal: AbortSignal): Promise<T[]> {
      const askedAt = Date.now()
      const rows = await read(new Date(since).toISOString(), signal)
      const before = seen
      seen = new Set(rows.map(({ id }) => id))
      since = askedAt - lateMs
      if (!before) return []
      return rows.filter(({ id }) => !before.has(id)).sort((one, other) => endOf(one) - endOf(other))
    },
  }
}
