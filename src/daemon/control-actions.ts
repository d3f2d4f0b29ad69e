import { isAbsolute } from 'node:path'
import type { Replica } from '../engine/replica.ts'
import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import type { ActionHooks, ControlActions } from '../protocols/control/actions.ts'
import type { KeyActions } from '../protocols/control/key-types.ts'
import type { UsageActions } from '../protocols/control/usage-types.ts'
import type {
  DaemonFile,
  DaemonStatus,
  LoadModelBody,
  RunningEngine,
  RunningReplica,
} from '../protocols/control/types.ts'
import type { RunningModel } from '../routing/loading-model.ts'
import type { Events } from '../stats/events.ts'
import { describeBreaker } from './describe-breaker.ts'
import { createModelActions } from './model-actions.ts'
import type { Fleet } from './fleet.ts'
import { insideDaemon } from './local-replicas.ts'
import type { ModelHouse } from './model-house.ts'
import { createResetCache } from './reset-cache.ts'
import { createWorkerActions } from './worker-actions.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'

export type ControlOptions = {
  config: Config
  house: ModelHouse
  keys: KeyActions
  usage: UsageActions
  events: Events
  workerSettings: WorkerSettings
  paths: StatePaths
  logFile: string | null
  daemon(): DaemonFile
  state(): DaemonStatus['state']
  conditions(): { name: string; degraded: string | null }[]
  stop(drainMs: number | undefined): void
}

export function createControlActions(options: ControlOptions): ControlActions {
  const { house, paths } = options
  return {
    ...createModelActions(house, paths.models),
    keys: options.keys,
    usage: options.usage,
    ...createWorkerActions(house, options.workerSettings),
    status: () => describeDaemon(options),
    stop: options.stop,
    async engines() {
      await house.fleet.refresh()
      return house.loaded.running().map((model) => describeEngine(model, house.fleet))
    },
    loadModel: (body, hooks) => loadModel(house, body, hooks),
    unloadModel: (name) => house.loaded.unload(name),
    resetCache: createResetCache(house.loaded, options.events),
  }
}

async function loadModel(
  { catalogue, loaded, fleet }: ModelHouse,
  body: LoadModelBody,
  { signal, onProgress }: ActionHooks,
) {
  const isFile = isAbsolute(body.model)
  const isNewFile = isFile && !catalogue.list().some(({ path }) => path === body.model)
  const name = isFile ? catalogue.registerFile(body.model) : body.model
  const overrides = {
    ...(body.parallel !== undefined && { parallel: body.parallel }),
    ...(body.context_length !== undefined && { contextLength: body.context_length }),
    ...(body.threads !== undefined && { threads: body.threads }),
  }
  const report = (fraction: number) => onProgress({ status: 'loading', completed: fraction, total: 1 })
  try {
    return describeEngine(await loaded.load(name, overrides, { signal, onProgress: report }), fleet)
  } catch (cause) {
    // A file that cannot be loaded must not stay behind as a known model.
    if (isNewFile) catalogue.forget(name)
    throw cause
  }
}

function describeDaemon(options: ControlOptions): DaemonStatus {
  const { config, house, paths, logFile, daemon, state, conditions } = options
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
    home: paths.folder,
    log_file: logFile,
    models_loaded: running.map(({ model }) => model),
    default_model: running[0]?.model ?? config.default_model,
    running_requests: running.reduce((sum, { admission }) => sum + admission.status().running, 0),
    memory_bytes: process.memoryUsage.rss(),
    degraded: conditions().flatMap(({ name, degraded }) => (degraded === null ? [] : [{ name, degraded }])),
  }
}

function describeEngine(
  { model, engine, admission, loadedAt, loadMs }: RunningModel,
  fleet: Fleet,
): RunningEngine {
  const { info } = engine
  const { slots, busySlots, waiting, counters } = engine.status()
  return {
    model,
    engine: engine.kind,
    replicas: fleet
      .replicas(model)
      .replicas()
      .map((replica) => describeReplica(replica, model, fleet)),
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

function describeReplica({ id, state, engine }: Replica, model: string, fleet: Fleet): RunningReplica {
  const status = engine?.status()
  const connection = fleet.workers().find((worker) => worker.id === id)?.connection
  const memoryBytes = id === insideDaemon ? process.memoryUsage.rss() : connection?.report().memoryUsedBytes
  return {
    worker: id,
    engine: engine?.kind ?? '-',
    state,
    breaker: describeBreaker(fleet.replicas(model).breaker(id)),
    slots: status?.slots ?? 0,
    busy_slots: status?.busySlots ?? 0,
    waiting: status?.waiting ?? 0,
    threads: status?.threads ?? null,
    memory_bytes: memoryBytes ?? null,
  }
}
