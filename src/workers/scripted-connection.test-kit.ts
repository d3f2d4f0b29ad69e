import type { Engine } from '../engine/engine.ts'
import type { ConnectWorker, WorkerConnection, WorkerModel } from '../engine/worker.ts'
import { AppError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { WorkerSettings } from './worker-settings.ts'

export const quiet = createLog('silent')

/** A connection whose other end is the test. */
export type ScriptedConnection = WorkerConnection & {
  lose(message?: string): void
  report(): { observedAt: Date; draining: boolean; memoryUsedBytes: undefined }
  sayDraining(): void
  readonly isClosed: boolean
  /** What its streams would have ended with. */
  readonly closedWith: AppError | undefined
}

export function createScriptedConnection(models: WorkerModel[] = []): ScriptedConnection {
  const lost = Promise.withResolvers<AppError>()
  const listeners = new Set<() => void>()
  let draining = false
  let isClosed = false
  let closedWith: AppError | undefined
  return {
    identity: {
      workerId: 'scripted',
      instanceId: 'one',
      engine: 'scripted',
      engineVersion: '1',
      apiVersion: '1.0',
      features: [],
      processId: 7,
      startedAt: new Date(),
    },
    address: { target: 'unix:/scripted' },
    lost: lost.promise,
    lose: (message = 'gone') => lost.resolve(new AppError('worker_lost', message)),
    refresh: async () => undefined,
    report: () => ({ observedAt: new Date(), draining, memoryUsedBytes: undefined }),
    sayDraining() {
      draining = true
      listeners.forEach((listener) => listener())
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    models: async () => models,
    engine: async (model) => createScriptedEngine(model),
    loadModel: async (model) => createScriptedEngine(model),
    drain: async () => 3,
    get isClosed() {
      return isClosed
    },
    get closedWith() {
      return closedWith
    },
    close: async (reason) => {
      isClosed = true
      closedWith = reason
    },
  }
}

/** Engines are only handed on by this room: one that can be told from another will do. */
export const createScriptedEngine = (kind: string) => ({ kind }) as Engine

export const scriptedSettings = (connect: ConnectWorker): WorkerSettings => ({
  connect,
  startTimeoutMs: 5_000,
  connectTimeoutMs: 5_000,
  reportTimeoutMs: 1_000,
  stallMs: 1_000,
  socketFolder: '',
  log: quiet,
  logLevel: 'silent',
})

/** Resolves once `condition` holds; looked at after each change of what `subscribe` watches. */
export function becomes(
  watched: { subscribe(listener: () => void): () => void },
  condition: () => boolean,
): Promise<void> {
  if (condition()) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = watched.subscribe(() => {
      if (!condition()) return
      stop()
      resolve()
    })
  })
}
