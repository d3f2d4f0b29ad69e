import type { EngineCounters } from '../../engine/types.ts'

/** The wire types of `/api/*`: what commands and dashboards see. Times are ISO 8601, sizes bytes, durations ms. */

export type DaemonStatus = {
  pid: number
  /** New at every start; tells a restarted daemon from the one that was there before. */
  instance: string
  version: string
  state: 'starting' | 'ready' | 'draining'
  base_url: string
  started_at: string
  uptime_ms: number
  home: string
  log_file: string | null
  models_loaded: string[]
  default_model: string
  running_requests: number
  memory_bytes: number
  /** What is not as it should be, though requests go on; as in `/ready`. */
  degraded: { name: string; degraded: string }[]
}

export type ListedModel = {
  name: string
  aliases: string[]
  origin: 'bundled' | 'pulled' | 'file' | 'engine'
  path: string
  size_bytes: number
  modified_at: string
  status: 'unloaded' | 'loading' | 'loaded'
}

export type ShownModel = ListedModel & {
  architecture: string
  quantization: string | null
  context_length: number | null
  layers: number | null
  embedding_length: number | null
  metadata: Record<string, string | number | boolean>
}

export type WorkerState = 'starting' | 'serving' | 'draining' | 'failed' | 'stopped'

/** Whether requests go to a worker that has failed before. */
export type BreakerView = {
  state: 'closed' | 'open' | 'half-open'
  /** Until the next request is let through; 0: now. */
  retry_in_ms: number
  /** What failed last, unless it is closed. */
  error: WireError | null
}

/** One place where a model runs. */
export type RunningReplica = {
  /** The worker's name; `daemon` for an engine inside the daemon. */
  worker: string
  engine: string
  state: WorkerState
  breaker: BreakerView
  slots: number
  busy_slots: number
  /** Requests that wait inside the worker. */
  waiting: number
  threads: number | null
  /** Of the worker's process. */
  memory_bytes: number | null
}

/** A process or connection that serves models. */
export type ListedWorker = {
  id: string
  kind: 'host' | 'python' | 'external'
  state: WorkerState
  address: string | null
  engine: string | null
  engine_version: string | null
  api_version: string | null
  pid: number | null
  models: string[]
  /** By model. */
  breakers: Record<string, BreakerView>
  slots: number
  busy_slots: number
  memory_bytes: number | null
  restarts: number
  /** When it came into its state. */
  since: string
  error: WireError | null
}
export type AddWorkerBody = {
  address: string
  name?: string | undefined
  serves?: Record<string, string> | undefined
  tls?:
    | {
        ca?: string | undefined
        certificate?: string | undefined
        key?: string | undefined
        server_name?: string | undefined
      }
    | undefined
}

export type RunningEngine = {
  model: string
  engine: string
  replicas: RunningReplica[]
  architecture: string
  quantization: string | null
  parameters: number | null
  size_bytes: number
  context_length: number
  slots: number
  busy_slots: number
  /** Requests that wait in front of the model. */
  queued: number
  loaded_at: string
  load_ms: number
  counters: EngineCounters
}

export type LoadModelBody = {
  model: string
  parallel?: number | undefined
  context_length?: number | undefined
  threads?: number | undefined
}
export type PullModelBody = { source: string; name?: string | undefined; sha256?: string | undefined }
export type PulledModelResult = { name: string; path: string; size_bytes: number; sha256: string }
export type RemovedModel = { name: string; deleted: boolean; path: string }

/** One line of a long-running call (`application/x-ndjson`); `done` or `error` is the last. */
export type ProgressLine<T> =
  | { type: 'progress'; status: string; completed: number; total: number | null }
  | { type: 'done'; result: T }
  | { type: 'error'; error: WireError }

export type WireError = { code: string; message: string; param: string | null } & Record<
  string,
  string | number | null
>

/** `daemon.json` in the state folder: where the running daemon is. Absent or stale after a crash. */
export type DaemonFile = {
  pid: number
  instance: string
  version: string
  base_url: string
  started_at: string
  /** The credential of this user's commands; only this daemon takes it, and its next start makes another. */
  token: string
}

/** What a starting daemon tells the process that spawned it, over Node's IPC channel. */
export type StartMessage =
  | { type: 'progress'; text: string }
  | { type: 'ready'; daemon: DaemonFile; warnings: string[] }
  | { type: 'failed'; error: WireError }
