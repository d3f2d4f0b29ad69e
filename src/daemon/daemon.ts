import { rmSync } from 'node:fs'
import { createGateway } from '../gateway/app.ts'
import { createControlProtocol } from '../protocols/control/control.ts'
import type { DaemonFile } from '../protocols/control/types.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { openai } from '../protocols/openai/openai.ts'
import { createReportsProtocol } from '../protocols/reports/reports.ts'
import { createControlActions } from './control-actions.ts'
import type { DaemonOptions } from './daemon-options.ts'
import { describeSelf, writeDaemonFile } from './daemon-file.ts'
import { createDrain } from './drain.ts'
import { readGatewaySettings } from './gateway-settings.ts'
import { openHouses, type Houses } from './houses.ts'
import { describeAudit } from './ledger-house.ts'
import { createLifecycle, type Lifecycle } from './lifecycle.ts'
import { listen } from './listen.ts'
import { loadAll } from './load-all.ts'
import { createUsageActions } from './usage-actions.ts'

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
  const { config, paths, log } = options
  const life = createLifecycle()
  const houses = await openHouses(options)
  const { events } = houses
  const control = createControlActions({
    ...options,
    house: houses.models,
    keys: houses.callers.keys,
    usage: createUsageActions(houses.ledger),
    events,
    workerSettings: houses.workerSettings,
    daemon: () => file,
    state: life.state,
    conditions: houses.conditions,
    stop: (drainMs) => void stop(drainMs),
  })
  const gateway = openGateway(options, houses, life, createControlProtocol(control))
  const drainGateway = createDrain(gateway)
  const file = await goPublic(gateway, options, houses)

  const stop = (drainMs = config.drain_timeout) =>
    life.stop(async () => {
      log.info({ event: 'daemon.draining', drain_ms: drainMs }, 'draining')
      events.record('server.draining', { drain_ms: drainMs })
      await drainGateway(drainMs, life.expire)
      await houses.close()
      rmSync(paths.daemon, { force: true })
      log.info({ event: 'daemon.stopped' }, 'stopped')
    })
  return {
    file,
    stop,
    stopped: life.stopped,
    async loadModels(onProgress) {
      await loadAll(houses, life.shutdown, onProgress)
      life.becomeReady()
      log.info({ event: 'daemon.ready' }, 'ready')
      events.record('server.ready')
    },
  }
}

function openGateway(
  { config, log, version }: DaemonOptions,
  houses: Houses,
  life: Lifecycle,
  control: Protocol,
) {
  return createGateway({
    protocols: [openai, control, createReportsProtocol(houses.reports.actions)],
    models: houses.models.loaded,
    access: houses.callers.access,
    limits: houses.limits.limits,
    ...houses.moderation.gateway,
    log,
    version,
    settings: readGatewaySettings(config),
    state: life.state,
    shutdown: life.shutdown,
    audit: describeAudit(houses.ledger, config),
    conditions: houses.conditions,
  })
}

/** From here on the daemon can be called, and found. */
async function goPublic(
  gateway: ReturnType<typeof createGateway>,
  { config, paths, log, version }: DaemonOptions,
  { callers, events }: Houses,
): Promise<DaemonFile> {
  const base_url = await listen(gateway, config, callers.hasKeys)
  const file = writeDaemonFile(paths.daemon, describeSelf(base_url, version, callers.localToken))
  log.info({ event: 'daemon.listening', base_url, version }, `listening on ${base_url}`)
  events.record('server.startup', { version, base_url })
  return file
}
