import type { ConnectWorker } from '../engine/worker.ts'
import type { Logger, LogLevel } from '../log.ts'

/** What all workers of a daemon share. */
export type WorkerSettings = {
  connect: ConnectWorker
  /** Longest time from the start of a process until it listens. */
  startTimeoutMs: number
  /** Longest wait for a worker that somebody else runs; later it is tried again. */
  connectTimeoutMs: number
  /** Silence after which a worker counts as stuck. */
  reportTimeoutMs: number
  /** Time without a step, while there is work, after which a worker counts as stuck. */
  stallMs: number
  /** For Unix sockets; made if needed, for the user alone. */
  socketFolder: string
  log: Logger
  /** For the processes. */
  logLevel: LogLevel
}
