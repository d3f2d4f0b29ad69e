import type { AppError } from '../errors.ts'
import type { Engine } from './engine.ts'

/**
 * `starting`: not there yet, or coming back. `serving`: takes requests. `draining`: finishes what it has.
 * `failed`: gave up for now (its cool-down runs). `stopped`: for good.
 */
export type ReplicaState = 'starting' | 'serving' | 'draining' | 'failed' | 'stopped'

/** One place where a model runs. Its engine changes when the worker behind it is restarted. */
export interface Replica {
  /** The worker's name, as in `sluice ps`. */
  readonly id: string
  readonly state: ReplicaState
  /** Present while serving or draining. */
  readonly engine: Engine | undefined
  /** Why it does not serve, where that is known; for messages. */
  readonly lastError?: AppError | undefined
  /** Runs after each change of state or engine. Returns how to stop that. */
  subscribe(listener: () => void): () => void
}
