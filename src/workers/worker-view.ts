import type { Engine } from '../engine/engine.ts'
import type { Replica, ReplicaState } from '../engine/replica.ts'
import type { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { NamedReplica } from './worker.ts'

type Engines = ReadonlyMap<string, Engine>
export type Change =
  /** `error`: something is missing although it serves. */
  | { state: 'serving' | 'draining'; engines: Engines; error?: AppError | undefined }
  | { state: 'starting' | 'failed' | 'stopped'; error?: AppError | undefined }

/** What others see of a worker and of each of its models. Knows nothing of how they come about. */
export interface WorkerView {
  readonly state: ReplicaState
  readonly since: Date
  readonly lastError: AppError | undefined
  replicas(): NamedReplica[]
  subscribe(listener: () => void): () => void
  /** While it serves, a known model that has no engine is shown as `failed`. */
  show(change: Change): void
}

export function createWorkerView(id: string, models: readonly string[], log: Logger): WorkerView {
  const notify = createListeners(log)
  const replicas = new Map<string, OwnReplica>()
  const ensureReplica = (model: string) => {
    if (!replicas.has(model)) replicas.set(model, createReplica(id, log))
    return replicas.get(model)!
  }
  models.forEach(ensureReplica)
  let state: ReplicaState = 'starting'
  let since = new Date()
  let lastError: AppError | undefined
  return {
    get state() {
      return state
    },
    get since() {
      return since
    },
    get lastError() {
      return lastError
    },
    replicas: () => [...replicas].map(([model, { replica }]) => ({ model, replica })),
    subscribe: notify.subscribe,
    show(change) {
      if (change.state !== state) since = new Date()
      state = change.state
      if (change.error !== undefined || change.state === 'serving') lastError = change.error
      const engines: Engines = 'engines' in change ? change.engines : new Map()
      for (const model of engines.keys()) ensureReplica(model)
      for (const [model, own] of replicas) own.show(state, engines.get(model), lastError)
      notify.all()
    },
  }
}

type OwnReplica = {
  replica: Replica
  show(state: ReplicaState, engine: Engine | undefined, error: AppError | undefined): void
}

function createReplica(id: string, log: Logger): OwnReplica {
  const notify = createListeners(log)
  let state: ReplicaState = 'starting'
  let engine: Engine | undefined
  let lastError: AppError | undefined
  return {
    replica: {
      id,
      get state() {
        return state
      },
      get engine() {
        return engine
      },
      get lastError() {
        return lastError
      },
      subscribe: notify.subscribe,
    },
    show(workerState, next, error) {
      lastError = error
      const needsEngine = workerState === 'serving' || workerState === 'draining'
      const shown = needsEngine && next === undefined ? 'failed' : workerState
      if (shown === state && next === engine) return
      state = shown
      engine = next
      notify.all()
    },
  }
}

/** A listener that throws must not keep the others, or the loop behind them, from going on. */
function createListeners(log: Logger) {
  const listeners = new Set<{ run: () => void }>()
  return {
    subscribe(listener: () => void) {
      const entry = { run: listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    all() {
      for (const { run } of listeners) {
        try {
          run()
        } catch (error) {
          log.error({ event: 'worker.listener_failed', err: error }, 'a listener of a worker failed')
        }
      }
    },
  }
}
