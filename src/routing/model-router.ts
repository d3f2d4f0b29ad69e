import type { Admission } from '../admission/admission.ts'
import type { Engine } from '../engine/engine.ts'
import type { ModelDirectory } from '../engine/types.ts'

/** A loaded model, ready for requests. */
export type ModelRoute = { model: string; engine: Engine; admission: Admission }

export type ResolveHooks = {
  signal: AbortSignal
  /** 0 to 1, while the model loads. */
  onProgress(fraction: number): void
}

/** Model name -> where requests for it go. */
export interface ModelRouter extends ModelDirectory {
  /**
   * Loads a known model on demand. Rejects with `model_not_found`, which lists the known names, with the
   * engine's own load error, or with `cancelled` when `signal` aborts (the load itself goes on for others).
   */
  resolve(name: string, hooks: ResolveHooks): Promise<ModelRoute>
}
