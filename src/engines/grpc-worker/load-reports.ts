import { controlService } from '../../contract/definition.ts'
import { decodeTimestamp } from '../../contract/timestamp.ts'
import type * as wire from '../../contract/wire-types.ts'
import type { WorkerConnection, WorkerReport } from '../../engine/worker.ts'
import type { AppError } from '../../errors.ts'
import { createLoadTracker, type LoadTracker } from './load-tracker.ts'
import { watchLoad, type LoadWatchOptions } from './load-watch.ts'
import type { WorkerClient } from './worker-client.ts'

export type LoadReports = Pick<WorkerConnection, 'lost' | 'report' | 'refresh' | 'subscribe'> & {
  /** Resolves at the first report; rejects when the worker is lost before. */
  first: Promise<void>
  /** The load of one model, whether it was reported yet or not. */
  track(model: string): LoadTracker
  stop(): void
}

/** A person waits for it. */
const refreshMs = 2000

/** What a worker says of itself while the connection lasts. Ends the client when it is lost. */
export function followReports(
  client: WorkerClient,
  options: Omit<LoadWatchOptions, 'onReport' | 'onLost'>,
): LoadReports {
  const trackers = new Map<string, LoadTracker>()
  const { notify, subscribe } = createListeners()
  const lost = Promise.withResolvers<AppError>()
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => undefined)
  let latest: wire.LoadReport = {}

  const track = (model: string): LoadTracker => {
    const tracker = trackers.get(model) ?? createLoadTracker()
    trackers.set(model, tracker)
    return tracker
  }
  const onReport = (report: wire.LoadReport) => {
    latest = report
    for (const load of report.models ?? []) track(load.model ?? '').report(load)
    first.resolve()
    notify()
  }
  const stop = watchLoad(client, {
    ...options,
    onReport,
    onLost(error) {
      client.end(error)
      lost.resolve(error)
      first.reject(error)
      notify()
    },
  })
  client.onLeft(() => {
    if (!client.isEnded) notify()
  })
  const report = (): WorkerReport => ({
    observedAt: decodeTimestamp(latest.observedAt),
    draining: Boolean(latest.draining) || !client.isUsable,
    memoryUsedBytes: latest.memoryUsedBytes || undefined,
  })
  return {
    first: first.promise,
    lost: lost.promise,
    report,
    // What is lost meanwhile is noticed by the watch; the last report stands.
    refresh: () => client.unary(controlService.GetLoad, {}, refreshMs).then(onReport, () => undefined),
    track,
    stop,
    subscribe,
  }
}

function createListeners() {
  const listeners = new Set<{ run: () => void }>()
  return {
    notify: () => listeners.forEach(({ run }) => run()),
    subscribe(listener: () => void) {
      const entry = { run: listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
}
