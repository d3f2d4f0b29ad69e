import { isAbsolute } from 'node:path'
import type { Config } from '../config/schema.ts'
import { AppError } from '../errors.ts'
import type { CatalogueEntry } from '../models/catalogue.ts'
import { readGguf } from '../models/gguf.ts'
import { pullModel } from '../models/pull.ts'
import { removeModel } from '../models/remove.ts'
import type { ControlActions } from '../protocols/control/actions.ts'
import type { DaemonFile, DaemonStatus, ListedModel, RunningEngine } from '../protocols/control/types.ts'
import type { RunningModel } from '../routing/loaded-models.ts'
import type { ModelHouse } from './model-house.ts'

export type ControlOptions = {
  config: Config
  house: ModelHouse
  modelsFolder: string
  home: string
  logFile: string | null
  daemon(): DaemonFile
  state(): DaemonStatus['state']
  stop(drainMs: number | undefined): void
}

export function createControlActions(options: ControlOptions): ControlActions {
  const { house } = options
  const { catalogue, loaded } = house
  return {
    ...modelActions(options),
    status: () => describeDaemon(options),
    stop: options.stop,
    engines: () => loaded.running().map(describeEngine),
    async loadModel(body, { signal, onProgress }) {
      const name = isAbsolute(body.model) ? catalogue.registerFile(body.model) : body.model
      const overrides = {
        ...(body.parallel !== undefined && { parallel: body.parallel }),
        ...(body.context_length !== undefined && { contextLength: body.context_length }),
        ...(body.threads !== undefined && { threads: body.threads }),
      }
      const hooks = {
        signal,
        onProgress: (fraction: number) => onProgress({ status: 'loading', completed: fraction, total: 1 }),
      }
      try {
        return describeEngine(await loaded.load(name, overrides, hooks))
      } catch (cause) {
        // A file that cannot be loaded must not stay behind as a known model.
        if (isAbsolute(body.model) && catalogue.find(name)?.origin === 'file') catalogue.forget(name)
        throw cause
      }
    },
    unloadModel: (name) => loaded.unload(name),
  }
}

function modelActions({ house, modelsFolder }: ControlOptions) {
  const { catalogue, loaded, virtual } = house
  const pulling = new Set<string>()
  const statusOf = (name: string) => loaded.find(name)?.status ?? 'unloaded'
  const describe = (entry: CatalogueEntry): ListedModel => describeFile(entry, statusOf(entry.name))
  return {
    listModels(): ListedModel[] {
      catalogue.refresh()
      return [
        ...virtual.map(({ name, aliases }) => describeVirtual(name, aliases, statusOf(name))),
        ...catalogue.list().map(describe),
      ]
    },
    async showModel(name: string) {
      const entry = catalogue.find(name)
      if (!entry)
        throw new AppError('model_not_found', `there is no model "${name}"; see: sluice list`, {
          param: 'model',
        })
      const { architecture, contextLength, layers, embeddingLength, quantization, metadata } = await readGguf(
        entry.path,
      )
      return {
        ...describe(entry),
        architecture,
        quantization: quantization ?? null,
        context_length: contextLength ?? null,
        layers: layers ?? null,
        embedding_length: embeddingLength ?? null,
        metadata,
      }
    },
    async removeModel(name: string) {
      if (statusOf(name) !== 'unloaded') {
        throw new AppError('conflict', `${name} is loaded; unload it first: sluice unload ${name}`)
      }
      return removeModel(catalogue, name)
    },
    async pullModel(
      body: { source: string; name?: string | undefined; sha256?: string | undefined },
      hooks: PullHooks,
    ) {
      if (pulling.has(body.source)) throw new AppError('conflict', `${body.source} is being pulled already`)
      pulling.add(body.source)
      try {
        const pulled = await pullModel(modelsFolder, body, {
          signal: hooks.signal,
          onProgress: ({ status, completed, total }) =>
            hooks.onProgress({ status, completed, total: total ?? null }),
        })
        catalogue.refresh()
        return { name: pulled.name, path: pulled.path, size_bytes: pulled.sizeBytes, sha256: pulled.sha256 }
      } finally {
        pulling.delete(body.source)
      }
    },
  }
}
type PullHooks = Parameters<ControlActions['pullModel']>[1]

const describeFile = (entry: CatalogueEntry, status: ListedModel['status']): ListedModel => ({
  name: entry.name,
  aliases: entry.aliases,
  origin: entry.origin,
  path: entry.path,
  size_bytes: entry.sizeBytes,
  modified_at: entry.modified.toISOString(),
  status,
})

const describeVirtual = (name: string, aliases: string[], status: ListedModel['status']): ListedModel => ({
  name,
  aliases,
  origin: 'engine',
  path: '',
  size_bytes: 0,
  modified_at: new Date(0).toISOString(),
  status,
})

function describeDaemon({ config, house, home, logFile, daemon, state }: ControlOptions): DaemonStatus {
  const { pid, instance, version, base_url, started_at } = daemon()
  const running = house.loaded.running()
  return {
    pid,
    instance,
    version,
    state: state(),
    base_url,
    started_at,
    uptime_ms: Date.now() - Date.parse(started_at),
    home,
    log_file: logFile,
    models_loaded: running.map(({ model }) => model),
    default_model: running[0]?.model ?? config.default_model,
    running_requests: running.reduce((sum, { admission }) => sum + admission.status().running, 0),
    memory_bytes: process.memoryUsage.rss(),
  }
}

function describeEngine({ model, engine, admission, loadedAt, loadMs }: RunningModel): RunningEngine {
  const { info } = engine
  const { slots, busySlots, waiting, counters } = engine.status()
  return {
    model,
    engine: engine.kind,
    architecture: info.architecture,
    quantization: info.quantization ?? null,
    parameters: info.parameters ?? null,
    size_bytes: info.sizeBytes,
    context_length: info.contextLength,
    slots,
    busy_slots: busySlots,
    queued: admission.status().waiting + waiting,
    loaded_at: loadedAt.toISOString(),
    load_ms: Math.round(loadMs),
    counters,
  }
}
