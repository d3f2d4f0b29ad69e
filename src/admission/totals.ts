import { Holders } from './holders.ts'

export type TotalLimits = {
  /** Requests that run over all models. */
  running: number
  waiting: number
  /** Bodies of requests that wait. */
  waitingBytes: number
  /** Part of the waiting places that one key may hold while others wait. */
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
  let waitingBytes = 0
  const mayRun = () => running < limits.running
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
      if (holders.total >= limits.waiting) return 'house'
      if (holders.total > 0 && waitingBytes + bytes > limits.waitingBytes) return 'memory'
      return isOverShare(holders, key, shareOf(limits.waiting, limits.share)) ? 'share' : undefined
    },
    wait({ key, bytes }) {
      holders.take(key)
      waitingBytes += bytes
    },
    part({ key, bytes }) {
      holders.give(key)
      waitingBytes -= bytes
    },
    status: () => ({ running, waiting: holders.total, waitingBytes }),
  }
}

export const shareOf = (places: number, share: number): number => Math.max(1, Math.floor(places * share))

/** Whether one more would be too many for a key that is not alone. */
export const isOverShare = (holders: Holders, key: string, share: number): boolean => {
  const held = holders.count(key)
  return held >= share && holders.total > held
}

/** No bounds but those of each model. */
export const unlimited: TotalLimits = {
  running: Number.POSITIVE_INFINITY,
  waiting: Number.POSITIVE_INFINITY,
  waitingBytes: Number.POSITIVE_INFINITY,
  share: 1,
}
