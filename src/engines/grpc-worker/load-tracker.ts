import { decodeModelLoad } from '../../contract/model-load.ts'
import type * as wire from '../../contract/wire-types.ts'
import type { EngineStatus } from '../../engine/types.ts'

/** A request of ours in the worker, from its first byte until its slot is known to be free. */
export type OwnRequest = {
  /** The worker has accepted it: its reports count it. */
  isStarted: boolean
  /** It was told to end: its reports may count it. */
  isLeaving: boolean
}

export type LoadTracker = {
  readonly isReported: boolean
  begin(): OwnRequest
  end(request: OwnRequest): void
  report(load: wire.ModelLoad): void
  /** What runs and waits now: our own requests exactly, those of other callers as last reported. */
  status(): EngineStatus
}

/**
 * The load of one model between two reports. A report counts everybody's requests, and is older than what we
 * have done since: taken as it is, it would send a whole burst to the worker that was idle a moment ago.
 */
export function createLoadTracker(): LoadTracker {
  const own = new Set<OwnRequest>()
  let reported = decodeModelLoad({})
  let others = 0
  /** Ended in this turn of the event loop; a report that is read in the same one may still count them. */
  let justEnded = 0
  let isReported = false

  return {
    get isReported() {
      return isReported
    },
    begin() {
      const request = { isStarted: false, isLeaving: false }
      own.add(request)
      return request
    },
    end(request) {
      if (!own.delete(request)) return
      if (justEnded++ === 0) setImmediate(() => (justEnded = 0))
    },
    report(load) {
      isReported = true
      reported = decodeModelLoad(load)
      const total = reported.busySlots + reported.waiting
      const surelyOurs = [...own].filter(({ isStarted, isLeaving }) => isStarted && !isLeaving).length
      // Between the two the report does not say whose a request is: then others have as many as before.
      const most = Math.max(0, total - surelyOurs)
      const least = Math.max(0, total - own.size - justEnded)
      others = Math.min(Math.max(others, least), most)
    },
    status() {
      const total = others + own.size
      const busySlots = Math.min(total, reported.slots)
      return { ...reported, busySlots, waiting: total - busySlots }
    },
  }
}
