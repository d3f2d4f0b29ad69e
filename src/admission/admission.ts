import { AppError } from '../errors.ts'
import { createQueue, type Effects, type Job } from './queue.ts'
import { createServiceTime } from './service-time.ts'

export type AdmissionOptions = {
  /** Generations that run at the same time. */
  slots: number
  /** Requests that may wait; the next one is refused. */
  queue: number
  maxWaitMs: number
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
   * or, after the longest wait, `overloaded`, both with `retryAfterMs`; with the signal's reason when it aborts.
   */
  enter(units: number, signal: AbortSignal, onPosition: (position: number) => void): Promise<() => void>
  /** Slots come and go with the workers behind the model; at least 1. What runs goes on. */
  resize(slots: number): void
  status(): AdmissionStatus
}

type Visitor = Job & {
  turn: PromiseWithResolvers<() => void>
  waits: boolean
  onPosition(position: number): void
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { queue: length, maxWaitMs } = options
  let slots = options.slots
  const serviceTime = createServiceTime()
  const effects: Effects<Visitor> = {
    start: (visitor) => visitor.turn.resolve(createRelease(visitor)),
    refuse: (visitor) => visitor.turn.reject(busy('queue_full', describeFull(queue.status()))),
    wait(visitor, position) {
      visitor.waits = true
      visitor.onPosition(position)
    },
  }
  const queue = createQueue({ slots, queue: length }, effects)

  const busy = (code: 'queue_full' | 'overloaded', message: string) => {
    const { running, waiting } = queue.status()
    const retryAfterMs = serviceTime.estimateWaitMs(waiting, slots)
    return new AppError(code, `${message}; try again later`, { retryAfterMs, details: { running, waiting } })
  }

  const lateness = () => busy('overloaded', `no place became free within ${maxWaitMs / 1000} s`)

  /** Idempotent, because a place that is given back twice would let too many in. */
  const createRelease = (visitor: Visitor) => {
    const startedAt = performance.now()
    let held = true
    return () => {
      if (!held) return
      held = false
      serviceTime.record(performance.now() - startedAt)
      queue.finish(visitor)
    }
  }

  return {
    async enter(units, signal, onPosition) {
      signal.throwIfAborted()
      const visitor: Visitor = { units, turn: Promise.withResolvers(), waits: false, onPosition }
      queue.submit(visitor)
      if (!visitor.waits) return visitor.turn.promise
      return boundWait(visitor.turn.promise, { signal, maxWaitMs }, (end) => {
        queue.leave(visitor)
        visitor.turn.reject(end === 'left' ? signal.reason : lateness())
      })
    },
    resize(wanted) {
      slots = Math.max(1, wanted)
      queue.resize(slots)
    },
    status() {
      const { running, waiting } = queue.status()
      return { running, waiting, slots, queue: length }
    },
  }
}

/** A wait has an end: a place, the caller going away (`left`), or the longest wait (`late`). */
function boundWait<T>(
  turn: Promise<T>,
  { signal, maxWaitMs }: { signal: AbortSignal; maxWaitMs: number },
  giveUp: (end: 'left' | 'late') => void,
): Promise<T> {
  const leave = () => giveUp('left')
  const timer = setTimeout(() => giveUp('late'), maxWaitMs)
  signal.addEventListener('abort', leave)
  return turn.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  })
}

const describeFull = ({ running, waiting }: { running: number; waiting: number }): string =>
  `the model is busy: ${running} requests run and ${waiting} wait, which is all its queue holds`
