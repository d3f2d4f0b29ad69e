import type { CoolDown } from './cool-down.ts'
import { createIdleClock, waitUntil, type IdleClock } from './wait-until.ts'

/** Goes on with uncounted requests: those of `next`, in milliseconds from the start. */
export type CoolSchedule = Pick<CoolDown, 'ended' | 'isOver' | 'signal'> & {
  next: () => { index: number; due: number }
  issue: (index: number, slot: number) => Promise<void>
}

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
  cool?: CoolSchedule
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
export const runOpenLoop = async (loop: OpenLoop): Promise<Dispatch> => {
  const { schedule, startAt: startedAt = performance.now(), signal, idle = createIdleClock(), cool } = loop
  const { arrive, drain, dispatch, spare } = createDispatcher(loop)
  for (const [index, due] of schedule.entries()) {
    dispatch.idleMs += await waitUntil(startedAt + due, signal, idle)
    if (signal.aborted) break
    arrive(index, startedAt + due)
  }
  if (cool === undefined) await drain()
  else {
    const measured = drain().then(cool.ended)
    dispatch.idleMs += await coolDown(cool, startedAt, { slots: spare, idle })
    await measured
  }
  return dispatch
}

type Dispatcher = {
  arrive(index: number, dueAt: number): void
  /** Resolves when nothing is in flight and nothing waits. */
  drain(): Promise<void>
  dispatch: Dispatch
  /** Slots that no measured request waits for. */
  spare: Slots
}

const createDispatcher = ({ maxConcurrency, signal, issue }: OpenLoop): Dispatcher => {
  const dispatch: Dispatch = { late: [], waits: [], backlog: 0, mostInFlight: 0, idleMs: 0 }
  const slots = createSlots(maxConcurrency)
  const waiting: { index: number; dueAt: number; takenAt: number }[] = []
  const running = new Set<Promise<void>>()
  let head = 0

  const take = (): number | undefined => (head < waiting.length ? undefined : slots.take())
  const free = (slot: number): void => {
    slots.free(slot)
    sendWaiting()
  }
  const send = (index: number, dueAt: number, slot: number): void => {
    const request = issue({ index, slot, dueAt }).then(() => {
      running.delete(request)
      free(slot)
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
  return {
    dispatch,
    spare: { take, free },
    async drain() {
      while (running.size > 0) await Promise.all(running)
    },
    arrive(index, dueAt) {
      const takenAt = performance.now()
      dispatch.late.push(takenAt - dueAt)
      const slot = take()
      if (slot !== undefined) return send(index, dueAt, slot)
      waiting.push({ index, dueAt, takenAt })
      dispatch.backlog = Math.max(dispatch.backlog, waiting.length - head)
    },
  }
}

/** Keeps to the schedule until it is over, and waits for what it has sent. Returns how long it had nothing to do. */
const coolDown = async (
  cool: CoolSchedule,
  startedAt: number,
  { slots, idle }: { slots: Slots; idle: IdleClock },
): Promise<number> => {
  const running: Promise<void>[] = []
  let idleMs = 0
  for (;;) {
    const { index, due } = cool.next()
    idleMs += await waitUntil(startedAt + due, cool.signal, idle)
    if (cool.isOver()) break
    const slot = slots.take()
    if (slot !== undefined) running.push(cool.issue(index, slot).then(() => slots.free(slot)))
  }
  await Promise.all(running)
  return idleMs
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
