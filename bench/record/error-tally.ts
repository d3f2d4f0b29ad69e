import type { Failure, FailureKind } from '../wire/failure.ts'

/** `message` is the first one seen; `messages` counts how many different ones there were (16 at most). */
export type ErrorCount = { kind: FailureKind; count: number; message: string; messages: number }

export type ErrorTally = { add(failure: Failure): void; total(): number; list(): ErrorCount[] }

const maxMessages = 16

export const createErrorTally = (): ErrorTally => {
  const kinds = new Map<FailureKind, { count: number; messages: Set<string> }>()
  let total = 0
  return {
    total: () => total,
    add({ kind, message }) {
      total += 1
      const seen = kinds.get(kind) ?? { count: 0, messages: new Set() }
      seen.count += 1
      if (seen.messages.size < maxMessages) seen.messages.add(message)
      kinds.set(kind, seen)
    },
    list: () =>
      [...kinds]
        .map(([kind, { count, messages }]) => ({
          kind,
          count,
          message: [...messages][0]!,
          messages: messages.size,
        }))
        .toSorted((left, right) => right.count - left.count),
  }
}
