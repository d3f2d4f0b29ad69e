import type { AppError } from '../errors.ts'
import type { Engine } from './engine.ts'
import type { LoadOptions } from './types.ts'

/** Where a worker listens: `unix:/path/to.sock` or `host:port`. */
export type WorkerAddress = {
  target: string
  /** PEM files. Absent: plain text, which only a Unix socket or a trusted network should carry. */
  tls?: { ca?: string; certificate?: string; key?: string; serverName?: string }
}

/** What a worker says of itself. */
export type WorkerIdentity = {
  workerId: string
  /** New on every start of the worker. */
  instanceId: string
  /** e.g. `llama-cpp`, `transformers`. */
  engine: string
  engineVersion: string
  apiVersion: string
  features: string[]
  processId: number | undefined
  startedAt: Date
}

/** A model that a worker serves now. */
export type WorkerModel = {
  id: string
  aliases: string[]
  state: 'loading' | 'ready' | 'draining' | 'failed'
}

export type WorkerReport = {
  observedAt: Date
  draining: boolean
  memoryUsedBytes: number | undefined
}

/** One live connection to one instance of a worker. It never heals: what is lost stays lost, and a new one is made. */
export interface WorkerConnection {
  readonly identity: WorkerIdentity
  readonly address: WorkerAddress
  /** Resolves, and never rejects, when the worker is gone, stuck, or has become another instance. */
  readonly lost: Promise<AppError>
  /** The latest load report. */
  report(): WorkerReport
  /** Asks for a report now, so that counters are of this moment; never rejects. */
  refresh(): Promise<void>
  /** Runs at each report and when the connection is lost. Returns how to stop that. */
  subscribe(listener: () => void): () => void
  models(): Promise<WorkerModel[]>
  /** An engine for a model that the worker serves already; rejects with `model_not_found`. */
  engine(model: string): Promise<Engine>
  /** Rejects like `EngineLoader.load`. */
  loadModel(
    model: string,
    options: LoadOptions,
    hooks: { signal: AbortSignal; onProgress(fraction: number): void },
  ): Promise<Engine>
  /** The worker takes nothing new from now on; resolves with what still runs when the time is over. */
  drain(timeoutMs: number): Promise<number>
  /** Ends what runs through this connection: with `reason`, the error it was lost with, or `engine_failed`; idempotent. */
  close(reason?: AppError): Promise<void>
}

export type ConnectOptions = {
  signal: AbortSignal
  /** Longest wait for the worker to answer; then `worker_lost`. */
  timeoutMs: number
  /** Silence after which a worker counts as stuck. */
  reportTimeoutMs: number
  /** Time without a step, while there is work, after which it counts as stuck. */
  stallMs: number
}
/** Rejects with `worker_lost` (nobody there) or `worker_incompatible` (another API version, not a worker). */
export type ConnectWorker = (address: WorkerAddress, options: ConnectOptions) => Promise<WorkerConnection>
