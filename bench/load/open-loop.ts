import { createIdleClock, waitUntil, type IdleClock } from './wait-until.ts'

export type OpenLoop = {
  /** When each request is due, in milliseconds from the start. */
  schedule: Float64Array
  /** At most so many in flight; those that are due wait their turn, and their wait counts. */
  maxConcurrency: number
  /** When the schedule begins, on the clock of `performance.now()`. */
  startAt?: number
  signal: AbortSignal
  /** Shared with others that wait in the same thread. */
  idle?: IdleClock
  issue: (issued: { index: number; slot: number; dueAt: number }) => Promise<void>
}

/** How well the schedule was kept. Milliseconds; `late` is ours, `waits` is what the limit on concurrency did. */
export type Dispatch = {
  /** From the moment a request was due to the moment the loop took it up. */
  late: number[]
  /** From then to its dispatch, for those that had to wait. */
  waits: number[]
  /** Most requests that were waiting at one time. */
  backlog: number
  mostInFlight: number
  /** Time spent going round without work while waiting for the next moment; it is no load. */
  idleMs: number
}

/**
 * Sends each request at its moment, whether or not earlier ones have ended. What is in flight at the end is waited
 * for; after the signal nothing new is sent.
 */
export const runOpenLoop = async ({
  schedule,
  maxConcurrency,
  startAt: startedAt = performance.now(),
  signal,
  idle = createIdleClock(),
  issue,
}: OpenLoop): Promise<Dispatch> => {
  const dispatch: Dispatch = { late: [], waits: [], backlog: 0, mostInFlight: 0, idleMs: 0 }
  const slots = createSlots(maxConcurrency)
  const waiting: { index: number; dueAt: number; takenAt: number }[] = []
  const running = new Set<Promise<void>>()
  let head = 0

  const send = (index: number, dueAt: number, slot: number): void => {
    const request = issue({ index, slot, dueAt }).then(() => {
      slots.free(slot)
      running.delete(request)
      sendWaiting()
    })
    running.add(request)
    dispatch.mostInFlight = Math.max(dispatch.mostInFlight, running.size)
  }
  const sendWaiting = (): void => {
    while (head < waiting.length && !signal.aborted) {
      const slot = slots.take()
      if (slot === undefined) return
      const { index, dueAt, takenAt } = waiting[head]!
      head += 1
      dispatch.waits.push(performance.now() - takenAt)
      send(index, dueAt, slot)
    }
  }
  const arrive = (index: number, dueAt: number): void => {
    const takenAt = performance.now()
    dispatch.late.push(takenAt - dueAt)
    const slot = head < waiting.length ? undefined : slots.take()
    if (slot !== undefined) return send(index, dueAt, slot)
    waiting.push({ index, dueAt, takenAt })
    dispatch.backlog = Math.max(dispatch.backlog, waiting.length - head)
  }

  for (const [index, due] of schedule.entries()) {
    dispatch.idleMs += await waitUntil(startedAt + due, signal, idle)
    if (signal.aborted) break
    arrive(index, startedAt + due)
  }
  while (running.size > 0) await Promise.all(running)
  return dispatch
}

type Slots = { take(): number | undefined; free(slot: number): void }

/** The lowest numbers first, so that there are never more of them than requests in flight. */
const createSlots = (limit: number): Slots => {
  const free: number[] = []
  let made = 0
  return {
    take: () => free.pop() ?? (made < limit ? made++ : undefined),
    free: (slot) => void free.push(slot),
  }
}
