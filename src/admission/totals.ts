import { Holders } from './holders.ts'

export type TotalLimits = {
  /** Requests that run over all models. */
  running: number
  waiting: number
  /** Bodies of requests that wait. */
  waitingBytes: number
  /** Part of the waiting places, and of the memory, that one key may hold: another model's callers come later. */
  share: number
}

type Guest = { key: string; bytes: number }
export type TotalRefusal = 'house' | 'memory' | 'share'

/** What holds over all models together. Each model's queue asks here before it lets somebody run or wait. */
export type Totals = {
  mayRun(): boolean
  /** `onRoom` runs once, when one may run again; models take turns. */
  awaitRoom(onRoom: () => void): void
  run(): void
  finish(): void
  /** Undefined: there is a place. */
  refuse(guest: Guest): TotalRefusal | undefined
  wait(guest: Guest): void
  /** No longer waits. */
  part(guest: Guest): void
  status(): { running: number; waiting: number; waitingBytes: number }
}

export function createTotals(limits: TotalLimits): Totals {
  const holders = new Holders()
  const blocked = new Set<() => void>()
  let running = 0
  const share = shareOf(limits.waiting, limits.share)
  const bytesByKey = new Map<string, number>()
  let waitingBytes = 0
  const mayRun = () => running < limits.running
  const hold = (key: string, bytes: number) => {
    waitingBytes += bytes
    if (holders.count(key) === 0) bytesByKey.delete(key)
    else bytesByKey.set(key, (bytesByKey.get(key) ?? 0) + bytes)
  }
  return {
    mayRun,
    awaitRoom: (onRoom) => blocked.add(onRoom),
    run: () => void (running += 1),
    finish() {
      running -= 1
      for (const onRoom of blocked) {
        if (!mayRun()) return
        blocked.delete(onRoom)
        onRoom()
      }
    },
    refuse({ key, bytes }) {
      if (limits.share < 1 && holders.count(key) >= share) return 'share'
      if (holders.total > 0 && waitingBytes + bytes > limits.waitingBytes) return 'memory'
      const own = bytesByKey.get(key)
      if (own !== undefined && own + bytes > limits.waitingBytes * limits.share) return 'memory'
      return holders.total >= limits.waiting ? 'house' : undefined
    },
    wait({ key, bytes }) {
      holders.take(key)
      hold(key, bytes)
    },
    part({ key, bytes }) {
      holders.give(key)
      hold(key, -bytes)
    },
    status: () => ({ running, waiting: holders.total, waitingBytes }),
  }
}

export const shareOf = (places: number, share: number): number => Math.max(1, Math.floor(places * share))

/** No bounds but those of each model. */
export const unlimited: TotalLimits = {
  running: Number.POSITIVE_INFINITY,
  waiting: Number.POSITIVE_INFINITY,
  waitingBytes: Number.POSITIVE_INFINITY,
  share: 1,
}
