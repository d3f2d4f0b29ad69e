import { randomUUID } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import { createGateway, type GatewaySettings } from '../gateway/app.ts'
import type { Logger } from '../log.ts'
import { createControlProtocol } from '../protocols/control/control.ts'
import type { DaemonFile } from '../protocols/control/types.ts'
import { openai } from '../protocols/openai/openai.ts'
import { openAccessHouse, type AccessHouse } from './access-house.ts'
import { connectWorker } from '../engines/grpc-worker/connect-worker.ts'
import type { Worker } from '../workers/worker.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'
import { readConfiguredModels, type ModelSettings } from './configured-models.ts'
import { createControlActions } from './control-actions.ts'
import { createDrain } from './drain.ts'
import { createConfiguredWorkers } from './configured-workers.ts'
import { createLifecycle } from './lifecycle.ts'
import { listen } from './listen.ts'
import { createModelHouse, type ModelHouse } from './model-house.ts'
import { openModerationHouse, type ModerationHouse } from './moderation-house.ts'

export type DaemonOptions = {
  config: Config
  /** Where relative model paths of the config start. */
  baseFolder: string
  paths: StatePaths
  bundledModel: string
  /** The folder that holds `package.json` and `worker/`. */
  packageRoot: string
  log: Logger
  logFile: string | null
  version: string
}

export type Daemon = {
  file: DaemonFile
  /** Loads the configured models and then says `ready`. Rejects with the first that cannot be loaded. */
  loadModels(onProgress: (text: string) => void): Promise<void>
  /** Drains and closes; the second call only waits for the first. Milliseconds; absent: as configured. */
  stop(drainMs?: number): Promise<void>
  stopped: Promise<void>
}

/** The composition root: builds everything, wires it, listens. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { config, paths, log, version } = options
  const life = createLifecycle()
  const callers = await openAccessHouse(config, paths, log)
  const { configured, workers, workerSettings, house, moderation } = openHouse(options)
  const control = createControlActions({
    ...options,
    house,
    keys: callers.keys,
    workerSettings,
    daemon: () => file,
    state: life.state,
    stop: (drainMs) => void stop(drainMs),
  })
  const gateway = createGateway({
    protocols: [openai, createControlProtocol(control)],
    models: house.loaded,
    access: callers.access,
    ...moderation.gateway,
    log,
    version,
    settings: readGatewaySettings(config),
    state: life.state,
    shutdown: life.shutdown,
  })
  const drainGateway = createDrain(gateway)
  const base_url = await listen(gateway, config, callers.hasKeys)
  const file = writeDaemonFile(paths.daemon, describeSelf(base_url, version, callers.localToken))
  log.info({ event: 'daemon.listening', base_url, version }, `listening on ${base_url}`)

  const stop = (drainMs = config.drain_timeout) =>
    life.stop(async () => {
      log.info({ event: 'daemon.draining', drain_ms: drainMs }, 'draining')
      await drainGateway(drainMs, life.expire)
      await closeRooms(house, callers, moderation)
      rmSync(paths.daemon, { force: true })
      log.info({ event: 'daemon.stopped' }, 'stopped')
    })
  return {
    file,
    stop,
    stopped: life.stopped,
    async loadModels(onProgress) {
      await startWorkers(workers, house, life.shutdown, onProgress)
      moderation.assertModels()
      await loadInTurn(configured, house, life.shutdown, onProgress)
      life.becomeReady()
      log.info({ event: 'daemon.ready' }, 'ready')
    },
  }
}

/** What the config names, and the house that will hold it. Nothing runs yet. */
function openHouse(options: DaemonOptions) {
  const { config, paths, log, baseFolder, packageRoot } = options
  const configured = readConfiguredModels(config, baseFolder)
  const workerSettings = readWorkerSettings(config, paths, log)
  const places = { baseFolder, stateFolder: paths.folder, packageRoot }
  const house = createModelHouse({ ...options, modelsFolder: paths.models, configured, workerSettings })
  return {
    configured,
    workerSettings,
    workers: createConfiguredWorkers(config, places, workerSettings),
    house,
    moderation: openModerationHouse({ ...options, house }),
  }
}

async function closeRooms(
  { loaded, fleet }: ModelHouse,
  callers: AccessHouse,
  moderation: ModerationHouse,
): Promise<void> {
  await loaded.closeAll()
  await fleet.stopAll()
  await callers.close()
  await moderation.close()
}

const describeSelf = (base_url: string, version: string, token: string): DaemonFile => ({
  pid: process.pid,
  instance: randomUUID(),
  version,
  base_url,
  started_at: new Date().toISOString(),
  token,
})

const readGatewaySettings = (config: Config): GatewaySettings => ({
  lenient: config.lenient,
  bodyLimitBytes: config.body_limit,
  keepAliveMs: config.keep_alive,
  readTimeoutMs: config.read_timeout,
  writeTimeoutMs: config.write_timeout,
  host: config.host,
  allowedHosts: config.allowed_hosts,
})

/** A process of ours that has not answered by then will not. */
const startTimeoutMs = 60_000

const readWorkerSettings = (config: Config, paths: StatePaths, log: Logger): WorkerSettings => ({
  connect: connectWorker,
  startTimeoutMs,
  reportTimeoutMs: config.worker_timeout,
  stallMs: config.worker_stall_timeout,
  socketFolder: paths.sockets,
  log,
  logLevel: config.log_level,
})

/** Side by side: they load for long, and mostly elsewhere. */
async function startWorkers(
  workers: Worker[],
  { fleet }: ModelHouse,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  await Promise.all(workers.map((worker) => fleet.add(worker, { signal, onProgress })))
}

/** What the workers serve, then what the config names. */
async function loadInTurn(
  configured: ModelSettings[],
  { fleet, loaded }: ModelHouse,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  const names = new Set([...fleet.models(), ...configured.map(({ name }) => name)])
  for (const name of names) {
    const report = (fraction: number) => onProgress(`loading ${name} ${Math.round(fraction * 100)}%`)
    await loaded.load(name, {}, { signal, onProgress: report })
  }
}

/** Written whole or not at all: a command may read it at any moment. */
function writeDaemonFile(path: string, file: DaemonFile): DaemonFile {
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(part, path)
  return file
}
