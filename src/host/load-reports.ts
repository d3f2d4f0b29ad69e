import { encodeModelLoad } from '../contract/model-load.ts'
import { encodeTimestamp } from '../contract/timestamp.ts'
import type * as wire from '../contract/wire-types.ts'
import { AppError } from '../errors.ts'
import type { HostedModels } from './hosted-models.ts'
import { longestTimerMs } from './longest-timer.ts'
import type { Outlet } from './outlet.ts'

export type ReportSource = {
  workerId: string
  instanceId: string
  models: HostedModels
  isDraining(): boolean
}

export const createLoadReport = (source: ReportSource, sequence: number): wire.LoadReport => ({
  workerId: source.workerId,
  instanceId: source.instanceId,
  sequence,
  observedAt: encodeTimestamp(new Date()),
  models: source.models
    .list()
    .filter(({ unloading }) => unloading === undefined)
    .map(({ id, engine }) => encodeModelLoad(id, engine.status())),
  memoryUsedBytes: process.memoryUsage.rss(),
  memoryFreeBytes: process.availableMemory(),
  draining: source.isDraining(),
})

const defaultIntervalMs = 500
const shortestIntervalMs = 20

/** A report at once and one per interval, until `signal` aborts. A caller that does not read misses some. */
export async function watchLoad(
  source: ReportSource,
  { intervalMs }: wire.WatchLoadRequest,
  outlet: Outlet<wire.LoadReport>,
  signal: AbortSignal,
): Promise<void> {
  const interval = intervalMs || defaultIntervalMs
  if (interval < shortestIntervalMs) {
    throw new AppError('invalid_request', `interval_ms must be at least ${shortestIntervalMs}, or 0`, {
      param: 'interval_ms',
    })
  }
  let sequence = 0
  let blocked: Promise<void> | undefined
  const report = () => {
    if (blocked) return
    blocked = outlet.write(createLoadReport(source, ++sequence))
    void blocked?.then(() => (blocked = undefined))
  }
  report()
  const timer = setInterval(report, Math.min(interval, longestTimerMs))
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  clearInterval(timer)
}
