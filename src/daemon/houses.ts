import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import { connectWorker } from '../engines/grpc-worker/connect-worker.ts'
import type { Logger } from '../log.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'
import { openAccessHouse } from './access-house.ts'
import { readConfiguredModels } from './configured-models.ts'
import { createConfiguredWorkers } from './configured-workers.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { openLedger } from './ledger-house.ts'
import { openLimitsHouse } from './limits-house.ts'
import { createModelHouse } from './model-house.ts'
import { openModerationHouse } from './moderation-house.ts'
import { createReportHouse } from './report-actions.ts'

export type Houses = Awaited<ReturnType<typeof openHouses>>

/** What the config names, and the houses that will hold it. No model is loaded and no worker runs yet. */
export async function openHouses(options: DaemonOptions) {
  const { config, paths, log, baseFolder, packageRoot } = options
  const ledger = openLedger(config, paths, log)
  const { events } = ledger
  const callers = await openAccessHouse(config, paths, log, events)
  const configured = readConfiguredModels(config, baseFolder)
  const workerSettings = readWorkerSettings(config, paths, log)
  const places = { baseFolder, stateFolder: paths.folder, packageRoot }
  const models = createModelHouse({
    ...options,
    events,
    modelsFolder: paths.models,
    configured,
    workerSettings,
  })
  const limits = await openLimitsHouse({ config, log, events, spentSoFar: ledger.spentSoFar })
  const moderation = openModerationHouse({ ...options, house: models, events })
  const reports = createReportHouse(config.store ?? paths.store, log)
  return {
    ledger,
    events,
    callers,
    configured,
    workerSettings,
    workers: createConfiguredWorkers(config, places, workerSettings),
    models,
    limits,
    moderation,
    reports,
    /** For `/ready`: what is not as it should be, though requests go on. */
    conditions: () => [ledger.condition(), limits.condition(), ...moderation.conditions()],
    /** The ledger last: it records how the others end. */
    async close(): Promise<void> {
      await models.loaded.closeAll()
      await models.fleet.stopAll()
      await Promise.all([moderation.close(), limits.close(), reports.close(), callers.close()])
      events.record('server.stopped')
      await ledger.close()
    },
  }
}

/** A process of ours that has not answered by then will not. */
const startTimeoutMs = 60_000

const readWorkerSettings = (config: Config, paths: StatePaths, log: Logger): WorkerSettings => ({
  connect: connectWorker,
  startTimeoutMs,
  connectTimeoutMs: config.connect_timeout,
  reportTimeoutMs: config.worker_timeout,
  stallMs: config.worker_stall_timeout,
  socketFolder: paths.sockets,
  log,
  logLevel: config.log_level,
})
