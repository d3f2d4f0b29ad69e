import { matchPrefix, pickSlot, type FreeSlot } from '../../engine/pick-slot.ts'
import { AppError } from '../../errors.ts'

export type FakeSlot = FreeSlot & {
  cached: { tokens: readonly number[]; length: number }
  lastUsed: number
  /** Counts how often everything was forgotten before it was taken. */
  epoch: number
}
export type SlotGrant = { slot: FakeSlot; cachedTokens: number }

export type FakeSlots = {
  /** First come, first served. Rejects with `cancelled`, or with what `close` was given. */
  acquire(prompt: readonly number[], signal: AbortSignal): Promise<SlotGrant>
  release(slot: FakeSlot, tokens: readonly number[]): void
  /** What free slots hold, and what busy ones leave. */
  forget(): void
  status(): { slots: number; busySlots: number; waiting: number }
  close(error: AppError): void
}

const nothing = { tokens: [], length: 0 }

export function createFakeSlots(count: number): FakeSlots {
  const free: FakeSlot[] = Array.from({ length: count }, () => ({
    cached: nothing,
    lastUsed: 0,
    epoch: 0,
  }))
  const waiting: { prompt: readonly number[]; turn: PromiseWithResolvers<SlotGrant> }[] = []
  let [uses, epoch] = [0, 0]
  const take = (prompt: readonly number[]): SlotGrant | undefined => {
    const slot = pickSlot(free, prompt)
    if (slot === undefined) return undefined
    free.splice(free.indexOf(slot), 1)
    slot.epoch = epoch
    return { slot, cachedTokens: Math.min(matchPrefix(slot.cached, prompt), prompt.length - 1) }
  }
  return {
    async acquire(prompt, signal) {
      const granted = waiting.length === 0 ? take(prompt) : undefined
      if (granted !== undefined) return granted
      const entry = { prompt, turn: Promise.withResolvers<SlotGrant>() }
      const leave = () => {
        const place = waiting.indexOf(entry)
        if (place !== -1) waiting.splice(place, 1)
        entry.turn.reject(new AppError('cancelled', 'the request was cancelled'))
      }
      waiting.push(entry)
      signal.addEventListener('abort', leave, { once: true })
      return entry.turn.promise.finally(() => signal.removeEventListener('abort', leave))
    },
    release(slot, tokens) {
      slot.cached = slot.epoch === epoch ? { tokens, length: tokens.length } : nothing
      slot.lastUsed = ++uses
      free.push(slot)
      const next = waiting.shift()
      if (next !== undefined) next.turn.resolve(take(next.prompt)!)
    },
    forget() {
      epoch += 1
      for (const slot of free) slot.cached = nothing
    },
    status: () => ({ slots: count, busySlots: count - free.length, waiting: waiting.length }),
    close(error) {
      for (const { turn } of waiting.splice(0)) turn.reject(error)
    },
  }
}
