import { randomUUID } from 'node:crypto'
import { rmSync, writeFileSync, renameSync } from 'node:fs'
import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import { createGateway } from '../gateway/app.ts'
import type { Logger } from '../log.ts'
import { createControlProtocol } from '../protocols/control/control.ts'
import type { DaemonFile, DaemonStatus } from '../protocols/control/types.ts'
import { openai } from '../protocols/openai/openai.ts'
import { readConfiguredModels } from './configured-models.ts'
import { createControlActions } from './control-actions.ts'
import { createDrain } from './drain.ts'
import { listen } from './listen.ts'
import { createModelHouse } from './model-house.ts'

export type DaemonOptions = {
  config: Config
  /** Where relative model paths of the config start. */
  baseFolder: string
  paths: StatePaths
  bundledModel: string
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
  const stopped = Promise.withResolvers<void>()
  const drainOver = new AbortController()
  let state: DaemonStatus['state'] = 'starting'
  let stopping: Promise<void> | undefined

  const configured = readConfiguredModels(config, options.baseFolder)
  const house = createModelHouse({
    config,
    modelsFolder: paths.models,
    bundled: options.bundledModel,
    configured,
    log,
  })
  const control = createControlActions({
    config,
    house,
    modelsFolder: paths.models,
    home: paths.folder,
    logFile: options.logFile,
    daemon: () => file,
    state: () => state,
    stop: (drainMs) => void stop(drainMs),
  })
  const gateway = createGateway({
    protocols: [openai, createControlProtocol(control)],
    models: house.loaded,
    log,
    version,
    state: () => state,
    settings: {
      lenient: config.lenient,
      bodyLimitBytes: config.body_limit,
      keepAliveMs: config.keep_alive,
      readTimeoutMs: config.read_timeout,
      writeTimeoutMs: config.write_timeout,
      host: config.host,
      allowedHosts: config.allowed_hosts,
    },
    shutdown: drainOver.signal,
  })
  const drainGateway = createDrain(gateway)
  const base_url = await listen(gateway, config)
  const file: DaemonFile = {
    pid: process.pid,
    instance: randomUUID(),
    version,
    base_url,
    started_at: new Date().toISOString(),
  }
  writeDaemonFile(paths.daemon, file)
  log.info({ event: 'daemon.listening', base_url, version }, `listening on ${base_url}`)

  async function drain(drainMs: number): Promise<void> {
    state = 'draining'
    log.info({ event: 'daemon.draining', drain_ms: drainMs }, 'draining')
    await drainGateway(drainMs, () => drainOver.abort())
    await house.loaded.closeAll()
    rmSync(paths.daemon, { force: true })
    log.info({ event: 'daemon.stopped' }, 'stopped')
    stopped.resolve()
  }
  function stop(drainMs = config.drain_timeout): Promise<void> {
    stopping ??= drain(drainMs)
    return stopping
  }

  return {
    file,
    stop,
    stopped: stopped.promise,
    async loadModels(onProgress) {
      for (const { name } of configured) {
        const report = (fraction: number) => onProgress(`loading ${name} ${Math.round(fraction * 100)}%`)
        await house.loaded.load(name, {}, { signal: drainOver.signal, onProgress: report })
      }
      if (state === 'starting') state = 'ready'
      log.info({ event: 'daemon.ready' }, 'ready')
    },
  }
}

/** Written whole or not at all: a command may read it at any moment. */
function writeDaemonFile(path: string, file: DaemonFile): void {
  const part = `${path}.${process.pid}.part`
  writeFileSync(part, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 })
  renameSync(part, path)
}
