import type { Replica, ReplicaState } from '../engine/replica.ts'
import type { WorkerConnection } from '../engine/worker.ts'
import type { AppError } from '../errors.ts'

export type WorkerKind = 'host' | 'python' | 'external'

export type StartHooks = {
  signal: AbortSignal
  /** `fraction` is 0 to 1 of the present phase, where that is known. */
  onProgress(text: string, fraction: number | undefined): void
}

/** A worker that is kept up: one place for all its processes and connections, the first and those after it. */
export interface Worker {
  /** As in `sluice worker list`. */
  readonly id: string
  readonly kind: WorkerKind
  /** Where the present or the last instance listens; undefined before the first does. */
  readonly address: string | undefined
  readonly state: ReplicaState
  /** Present while serving or draining. */
  readonly connection: WorkerConnection | undefined
  /** Of a process of ours while it serves, or what an external worker says of itself. */
  readonly processId: number | undefined
  /** How many times it has served again after it was lost. */
  readonly restarts: number
  /** Why it was last lost, could not be brought up, or lacks a model; undefined once all is well. */
  readonly lastError: AppError | undefined
  /** Of the present state. */
  readonly since: Date
  /** Names that requests use, and the replica of each. The objects stay the same across restarts. */
  replicas(): NamedReplica[]
  /** Runs after each change. Returns how to stop that. */
  subscribe(listener: () => void): () => void
  /**
   * The first bring-up. Rejects with its error (`invalid_model`, `insufficient_memory`, `worker_lost`, ...), and
   * then nothing is left and nothing is tried again. An external worker is tried again instead: it resolves
   * after the first attempt, and `state` and `lastError` tell how that went. Aborting rejects with `cancelled`.
   */
  start(hooks: StartHooks): Promise<void>
  /**
   * Takes nothing new from now on and is not restarted; milliseconds. Resolves with how many requests still run
   * then. The process or connection stays until `stop`.
   */
  drain(timeoutMs: number): Promise<number>
  /** For good: no process, socket or timer is left when it resolves. What still runs ends with `engine_failed`. */
  stop(): Promise<void>
}

export type NamedReplica = { model: string; replica: Replica }
