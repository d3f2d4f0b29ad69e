import { encodeEventLine } from './ledger-line.ts'

export type EventDetails = Record<string, string | number>
/** What happened to the daemon, beside the requests. Never throws, never blocks. */
export type Events = { record(name: string, details?: EventDetails): void }

const longestDetail = 500

export const createEvents = (
  append: (line: string) => void,
  nextId: () => string,
  clock: () => number,
): Events => ({
  record(name, details = {}) {
    const bounded = Object.entries(details).map(([field, value]) => [
      field,
      typeof value === 'string' ? value.slice(0, longestDetail) : value,
    ])
    append(
      encodeEventLine({
        id: nextId(),
        at: clock(),
        name,
        details: JSON.stringify(Object.fromEntries(bounded)),
      }),
    )
  },
})
