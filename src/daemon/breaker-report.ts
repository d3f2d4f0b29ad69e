import type { Logger } from '../log.ts'
import type { BreakerEvent } from '../routing/replica-set.ts'
import type { Events } from '../stats/events.ts'

/** Tells the log and the events when a worker is left alone, tried again, and trusted again. */
export const createBreakerReport =
  (log: Logger, events: Events) =>
  ({ model, worker, change }: BreakerEvent): void => {
    const name = `breaker.${change.state.replace('-', '_')}`
    if (change.state !== 'open') {
      const what = change.state === 'closed' ? 'is trusted again' : 'is tried again with one request'
      log.info({ event: name, model, worker }, `${worker} ${what}`)
      events.record(name, { model, worker })
      return
    }
    const { openMs, reason, error } = change
    const details = { model, worker, open_ms: Math.round(openMs), reason }
    const code = error ? { code: error.code } : {}
    log.warn({ event: name, ...details, ...code }, `${worker} gets no requests for a while: ${reason}`)
    events.record(name, { ...details, ...code })
  }
