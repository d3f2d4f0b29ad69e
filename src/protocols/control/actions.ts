import type { KeyActions } from './key-types.ts'
import type {
  AddWorkerBody,
  DaemonStatus,
  ListedModel,
  ListedWorker,
  LoadModelBody,
  PulledModelResult,
  PullModelBody,
  RemovedModel,
  RunningEngine,
  ShownModel,
} from './types.ts'
import type { UsageActions } from './usage-types.ts'

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
  engines(): Promise<RunningEngine[]>
  loadModel(body: LoadModelBody, hooks: ActionHooks): Promise<RunningEngine>
  unloadModel(name: string): Promise<void>
  /** Has all replicas of a loaded model forget the prompts that they keep for later requests; what runs goes on. */
  resetCache(model: string): Promise<{ model: string }>
  listWorkers(): Promise<ListedWorker[]>
  /** Connects to a running worker and keeps the connection up. Resolves when its models are known. */
  addWorker(body: AddWorkerBody): Promise<ListedWorker>
  /** It takes nothing new; resolves when nothing runs on it, or with what is left when the time is over. */
  drainWorker(id: string, timeoutMs: number): Promise<{ id: string; in_flight: number }>
  /** Ends it, if it is ours, or leaves it alone; what runs on it fails. */
  removeWorker(id: string): Promise<{ id: string }>
  pullModel(body: PullModelBody, hooks: ActionHooks): Promise<PulledModelResult>
  keys: KeyActions
  usage: UsageActions
}
