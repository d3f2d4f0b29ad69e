import type { Priority } from './priority.ts'
import { Queue } from './queue.ts'
import { createLateness, createRefusal } from './refusals.ts'
import { createServiceTime } from './service-time.ts'
import type { Totals } from './totals.ts'
import type { WaitingJob } from './waiting-room.ts'

export type AdmissionOptions = {
  /** Generations that run at the same time. */
  slots: number
  /** Requests that may wait; the next one is refused. */
  queue: number
  maxWaitMs: number
  /** Part of the queue that one key may hold while others wait; default: all of it. */
  share?: number
  /** What holds over all models together. */
  totals?: Totals
}

/** Somebody at the gate. */
export type Visitor = {
  /** Generations that start together. */
  units: number
  /** Whose request it is: turns are shared between keys. */
  key: string
  /** Default: normal. */
  priority?: Priority
  /** What it keeps in memory while it waits. */
  bytes?: number
  /** When the caller wants it no more, on the clock of `performance.now()`. */
  deadline?: number | undefined
  signal: AbortSignal
  /** Called once, if he has to wait; `place` says at any time how many turns are left: 1 is the next. */
  onWait?(place: () => number): void
}

export type AdmissionStatus = {
  /** Requests, not generations. */
  running: number
  waiting: number
  slots: number
  queue: number
}

/** The gate in front of one loaded model. */
export interface Admission {
  /**
   * Resolves, when the request may run, with the function that gives its place back. Rejects with `queue_full`
   * or `overloaded`, both with `retryAfterMs`: at once where there is no place or the wait would be too long, else
   * after the longest wait; with the signal's reason when it aborts.
   */
  enter(visitor: Visitor): Promise<() => void>
  /** Slots come and go with the workers behind the model; at least 1. What runs goes on. */
  resize(slots: number): void
  status(): AdmissionStatus
}

/** Whose deadline it is ends the wait by his signal, with an error that says more: it must not lose a race to ours. */
const ownEndMs = 1000

type Entrant = WaitingJob & {
  visitor: Visitor
  turn: PromiseWithResolvers<() => void>
  waits: boolean
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { queue: length, maxWaitMs, share = 1, totals } = options
  let slots = options.slots
  const serviceTime = createServiceTime()
  const crowd = () => {
    const { running, waiting } = queue.status()
    return { running, waiting }
  }
  /** For somebody who came now and stood behind all others. */
  const estimate = () => serviceTime.estimate(crowd().waiting + 1, slots)
  const queue = new Queue<Entrant>(
    { slots, queue: length, share },
    {
      start: (entrant) => entrant.turn.resolve(createRelease(entrant, queue, serviceTime.record)),
      refuse: (entrant, refusal) => entrant.turn.reject(createRefusal(refusal, crowd(), estimate())),
      wait(entrant) {
        entrant.waits = true
        entrant.visitor.onWait?.(() => queue.place(entrant))
      },
    },
    totals,
  )

  return {
    async enter(visitor) {
      const { signal, deadline = Number.POSITIVE_INFINITY } = visitor
      signal.throwIfAborted()
      const ownMs = Math.max(0, deadline - performance.now())
      const waitMs = Math.min(maxWaitMs, ownMs)
      const entrant = createEntrant(visitor, serviceTime.lastPlaceWithin(waitMs, slots))
      const { turn } = entrant
      queue.submit(entrant)
      if (!entrant.waits) return turn.promise
      const limitMs = ownMs <= maxWaitMs ? waitMs + ownEndMs : waitMs
      return boundWait(turn.promise, { signal, limitMs }, (end) => {
        queue.leave(entrant)
        turn.reject(end === 'left' ? signal.reason : createLateness(waitMs, crowd(), estimate()))
      })
    },
    resize(wanted) {
      slots = Math.max(1, wanted)
      queue.resize(slots)
    },
    status: () => ({ ...crowd(), slots, queue: length }),
  }
}

const createEntrant = (visitor: Visitor, lastPlace: number): Entrant => ({
  units: visitor.units,
  key: visitor.key,
  priority: visitor.priority ?? 'normal',
  bytes: visitor.bytes ?? 0,
  lastPlace,
  visitor,
  turn: Promise.withResolvers(),
  waits: false,
})

/** Idempotent, because a place that is given back twice would let too many in. */
function createRelease(entrant: Entrant, queue: Queue<Entrant>, record: (slotMs: number) => void) {
  const startedAt = performance.now()
  let held = true
  return () => {
    if (!held) return
    held = false
    record(queue.finish(entrant, performance.now() - startedAt))
  }
}

/** A wait has an end: a place, the caller going away (`left`), or the longest wait (`late`). */
function boundWait<T>(
  turn: Promise<T>,
  { signal, limitMs }: { signal: AbortSignal; limitMs: number },
  giveUp: (end: 'left' | 'late') => void,
): Promise<T> {
  const leave = () => giveUp('left')
  const timer = setTimeout(() => giveUp('late'), limitMs)
  signal.addEventListener('abort', leave)
  return turn.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  })
}
