import type { Engine } from '../engine/engine.ts'
import type { WorkerConnection } from '../engine/worker.ts'
import type { AppError } from '../errors.ts'
import type { StartHooks } from './worker.ts'

/** One life of a worker: from when it can serve until it is lost. */
export type Instance = {
  connection: WorkerConnection
  /** By the name that requests use. */
  engines: ReadonlyMap<string, Engine>
  /** Set where some of the wanted models are not there. */
  missing: AppError | undefined
  address: string
  processId: number | undefined
  /** Resolves with why, never rejects. */
  lost: Promise<AppError>
  /** Leaves no process, connection or file; idempotent. */
  close(): Promise<void>
}

/** Rejects with why it cannot serve, or with `cancelled` when `signal` aborts; then nothing is left. */
export type BringUp = (hooks: StartHooks) => Promise<Instance>
