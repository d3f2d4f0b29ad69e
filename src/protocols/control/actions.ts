import type { KeyActions } from './key-types.ts'
import type {
  DaemonStatus,
  ListedModel,
  LoadModelBody,
  PulledModelResult,
  PullModelBody,
  RemovedModel,
  RunningEngine,
  ShownModel,
} from './types.ts'

export type Progress = { status: string; completed: number; total: number | null }
export type ActionHooks = { signal: AbortSignal; onProgress(progress: Progress): void }

/** What the daemon lets its callers do. Everything rejects with an AppError. */
export type ControlActions = {
  status(): DaemonStatus
  /** Begins to drain and returns at once. Milliseconds; absent: as configured. */
  stop(drainMs: number | undefined): void
  listModels(): ListedModel[]
  showModel(name: string): Promise<ShownModel>
  removeModel(name: string): Promise<RemovedModel>
  engines(): RunningEngine[]
  loadModel(body: LoadModelBody, hooks: ActionHooks): Promise<RunningEngine>
  unloadModel(name: string): Promise<void>
  pullModel(body: PullModelBody, hooks: ActionHooks): Promise<PulledModelResult>
  keys: KeyActions
}
