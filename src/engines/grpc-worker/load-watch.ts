import { controlService } from '../../contract/definition.ts'
import type * as wire from '../../contract/wire-types.ts'
import { AppError } from '../../errors.ts'
import { formatSeconds } from './format-seconds.ts'
import { createStallWatch } from './stall-watch.ts'
import type { WorkerClient } from './worker-client.ts'

export type LoadWatchOptions = {
  instanceId: string
  reportTimeoutMs: number
  stallMs: number
  onReport(report: wire.LoadReport): void
  /** Once; no report follows. */
  onLost(error: AppError): void
}

/** Often enough that what other callers do is known, seldom enough to cost nothing. */
const intervalMs = 250
/** The shortest that a worker accepts. */
const shortestIntervalMs = 20
/** Silence is measured in looks: one that comes late, because this process was stopped, counts as one. */
const looks = 4

/** Follows the worker's reports until it is lost. Returns how to stop that. */
export function watchLoad(client: WorkerClient, options: LoadWatchOptions): () => void {
  const { instanceId, reportTimeoutMs, stallMs, onReport } = options
  const interval = Math.max(shortestIntervalMs, Math.min(intervalMs, Math.floor(reportTimeoutMs / looks)))
  const call = client.stream(controlService.WatchLoad, { intervalMs: interval })
  const findStall = createStallWatch(stallMs)
  let silentLooks = 0
  let isOver = false

  const timer = setInterval(() => {
    if (++silentLooks > looks) lose(`has been silent for ${formatSeconds(reportTimeoutMs)}`)
  }, reportTimeoutMs / looks)
  function stop(): void {
    isOver = true
    clearInterval(timer)
    call.cancel()
  }
  function lose(what: string, cause?: AppError): void {
    if (isOver) return
    stop()
    const code = cause?.code === 'worker_incompatible' ? cause.code : 'worker_lost'
    options.onLost(new AppError(code, `worker ${client.name} ${what}`, { cause }))
  }
  call.on('data', (report: wire.LoadReport) => {
    if (isOver) return
    silentLooks = 0
    if (report.instanceId !== instanceId) return lose('was restarted')
    onReport(report)
    const stall = findStall(report.models ?? [])
    if (stall) {
      const age = formatSeconds(stall.stepAgeMs)
      lose(`accepts requests for ${stall.model} but generates nothing since ${age}`)
    }
  })
  call.on('error', (cause) => {
    const error = client.failure(cause)
    lose(describeBreak(error), error)
  })
  call.on('end', () => lose('has ended the connection'))
  return stop
}

const describeBreak = ({ code, message }: AppError): string =>
  code === 'worker_lost' ? 'is gone: the connection broke' : `reports no load any more: ${message}`
