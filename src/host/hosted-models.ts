import type { Engine, EngineLoader } from '../engine/engine.ts'
import type { LoadOptions } from '../engine/types.ts'
import { AppError, toAppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createLoadJob, type LoadHooks, type LoadJob } from './load-job.ts'

export type HostedModel = {
  readonly id: string
  readonly options: LoadOptions
  readonly engine: Engine
  readonly loadedAt: Date
  /** Set while it is being unloaded: it takes nothing new. */
  unloading: Promise<number> | undefined
}

/** Gives the requests that still run when their time is over. */
export type DrainModel = (model: HostedModel) => Promise<number>

type LoadingModel = { id: string; options: LoadOptions; job: LoadJob<HostedModel> }

const retryAfterMs = 1000

/** The models of one worker, by their ids. */
export class HostedModels {
  readonly #loader: EngineLoader
  readonly #log: Logger | undefined
  readonly #onChange: () => void
  readonly #models = new Map<string, HostedModel>()
  readonly #loading = new Map<string, LoadingModel>()
  #isClosing = false

  constructor(loader: EngineLoader, options: { log: Logger | undefined; onChange(): void }) {
    this.#loader = loader
    this.#log = options.log
    this.#onChange = () => options.onChange()
  }

  /** Loaded ones; those that are being unloaded included. */
  list(): HostedModel[] {
    return [...this.#models.values()]
  }

  loading(): Pick<LoadingModel, 'id' | 'options'>[] {
    return [...this.#loading.values()]
  }

  /** The identity check: nothing but the exact id of a model that takes requests passes. */
  require(id = ''): HostedModel {
    const model = this.#models.get(id)
    if (model?.unloading) throw unloading(id)
    if (model) return model
    if (this.#loading.has(id)) throw new AppError('overloaded', `${id} is being loaded`, { retryAfterMs })
    throw this.#mismatch(id)
  }

  /** The same id with the same options again is the model that is there; with others it is a `conflict`. */
  async load(id: string, options: LoadOptions, hooks: LoadHooks): Promise<HostedModel> {
    if (this.#isClosing) throw new AppError('draining', 'this worker is ending')
    const loading = this.#loading.get(id)
    if (loading?.job.isLeft) {
      await loading.job.ended
      return this.load(id, options, hooks)
    }
    const model = this.#models.get(id)
    const present = model ?? loading
    if (present && !isSame(present.options, options)) throw conflict(id, present.options)
    if (model?.unloading) throw unloading(id)
    return model ?? (loading ?? this.#begin(id, options)).job.join(hooks)
  }

  /** Stops the load, or closes the engine after `drain`, whose number it gives on. */
  async unload(id: string, drain: DrainModel): Promise<number> {
    const loading = this.#loading.get(id)
    loading?.job.stop()
    await loading?.job.ended
    const model = this.#models.get(id)
    if (model === undefined && loading) return 0
    if (model === undefined) throw this.#mismatch(id)
    model.unloading ??= this.#remove(model, drain)
    this.#onChange()
    return model.unloading
  }

  /** Stops loads and closes engines, which ends what runs in them. */
  async close(): Promise<void> {
    this.#isClosing = true
    const loading = [...this.#loading.values()]
    for (const { job } of loading) job.stop()
    await Promise.all(loading.map(({ job }) => job.ended))
    await Promise.all(this.list().map(({ engine }) => engine.close()))
    await Promise.all(this.list().map((model) => (model.unloading ??= this.#remove(model, async () => 0))))
  }

  #begin(id: string, options: LoadOptions): LoadingModel {
    this.#log?.info({ event: 'model.loading', model: id, source: options.source }, 'loading a model')
    // Deferred: the load's first step may already want to see itself in the table.
    const job = createLoadJob(id, (hooks) => Promise.resolve().then(() => this.#load(id, options, hooks)))
    const loading = { id, options, job }
    this.#loading.set(id, loading)
    this.#onChange()
    return loading
  }

  async #load(id: string, options: LoadOptions, hooks: LoadHooks): Promise<HostedModel> {
    try {
      const engine = await this.#loader.load(options, hooks)
      if (hooks.signal.aborted) {
        await engine.close()
        throw new AppError('cancelled', `loading ${id} was cancelled`)
      }
      const model = { id, options, engine, loadedAt: new Date(), unloading: undefined }
      this.#models.set(id, model)
      this.#log?.info({ event: 'model.loaded', model: id, info: engine.info }, 'model loaded')
      return model
    } catch (cause) {
      const { code, message } = toAppError(cause)
      this.#log?.warn({ event: 'model.failed', model: id, code, reason: message }, 'model not loaded')
      throw cause
    } finally {
      this.#loading.delete(id)
      this.#onChange()
    }
  }

  async #remove(model: HostedModel, drain: DrainModel): Promise<number> {
    try {
      const ended = await drain(model)
      await model.engine.close()
      this.#log?.info({ event: 'model.unloaded', model: model.id, ended }, 'model unloaded')
      return ended
    } finally {
      this.#models.delete(model.id)
      this.#onChange()
    }
  }

  #mismatch(asked: string): AppError {
    const served = [...this.#models.keys()].map((id) => `"${id}"`).join(', ') || 'no model'
    return new AppError('model_not_found', `this worker serves ${served}, not "${asked}"`, { param: 'model' })
  }
}

const isSame = (one: LoadOptions, other: LoadOptions) => describe(one) === describe(other)

const describe = ({ source, contextLength, parallel, threads, batchTokens, gpuLayers }: LoadOptions) =>
  JSON.stringify({ source, contextLength, parallel, threads, batchTokens, gpuLayers })

const conflict = (id: string, options: LoadOptions) =>
  new AppError(
    'conflict',
    `${id} is there already, with other settings: ${describe(options)}; unload it first`,
  )

const unloading = (id: string) => new AppError('draining', `${id} is being unloaded`, { retryAfterMs })
