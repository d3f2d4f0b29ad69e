import type { Admission } from '../admission/admission.ts'
import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'
import type { ModelRoute, ResolveHooks } from './model-router.ts'

export type RunningModel = ModelRoute & { loadedAt: Date; loadMs: number }
export type BroughtUp = {
  engine: Engine
  admission: Admission
  /** Takes down what was brought up; absent: closing the engine does. */
  close?(): Promise<void>
}
export type BringUp = (hooks: ResolveHooks) => Promise<BroughtUp>

/** One model from the first request for it until it is unloaded. */
export interface LoadingModel {
  /** Undefined until it is up. */
  readonly running: RunningModel | undefined
  /** Resolves with the error if the load fails; otherwise never. */
  readonly failed: Promise<unknown>
  /** Rejects with the load error, or with `cancelled` when this caller's signal aborts; others keep waiting. */
  wait(hooks: ResolveHooks): Promise<RunningModel>
  /** Stops a load in progress or closes the engine; resolves when its memory is free. */
  close(): Promise<void>
}

export function createLoadingModel(name: string, bringUp: BringUp): LoadingModel {
  const abort = new AbortController()
  const listeners = new Set<(fraction: number) => void>()
  let running: RunningModel | undefined
  let takeDown = async () => {}
  const loading = load()
  const failed = Promise.withResolvers<unknown>()
  loading.catch(failed.resolve)

  async function load(): Promise<RunningModel> {
    const started = performance.now()
    const report = (fraction: number) => listeners.forEach((listener) => listener(fraction))
    const broughtUp = await bringUp({ signal: abort.signal, onProgress: report })
    const { engine, admission } = broughtUp
    takeDown = () => broughtUp.close?.() ?? engine.close()
    if (abort.signal.aborted) {
      await takeDown()
      throw new AppError('cancelled', `loading ${name} was cancelled`)
    }
    running = { model: name, engine, admission, loadedAt: new Date(), loadMs: performance.now() - started }
    return running
  }

  return {
    failed: failed.promise,
    get running() {
      return running
    },
    async wait({ signal, onProgress }) {
      const left = Promise.withResolvers<never>()
      const leave = () =>
        left.reject(new AppError('cancelled', 'the caller went away while the model was loading'))
      if (signal.aborted) leave()
      signal.addEventListener('abort', leave, { once: true })
      listeners.add(onProgress)
      try {
        return await Promise.race([loading, left.promise])
      } finally {
        listeners.delete(onProgress)
        signal.removeEventListener('abort', leave)
      }
    },
    async close() {
      abort.abort()
      const up = await loading.catch(() => undefined)
      if (up) await takeDown()
    },
  }
}
