import { join, resolve } from 'node:path'
import envPaths from 'env-paths'

/** Everything that sluice keeps lives here: `SLUICE_HOME`, else the platform's data folder. Absolute. */
export const stateFolder = (): string =>
  process.env.SLUICE_HOME ? resolve(process.env.SLUICE_HOME) : envPaths('sluice', { suffix: '' }).data

export const statePaths = (folder = stateFolder()) => ({
  folder,
  config: join(folder, 'config.yaml'),
  /** Where the running daemon says how to reach it. */
  daemon: join(folder, 'daemon.json'),
  lock: join(folder, 'daemon.lock'),
  store: join(folder, 'store.db'),
  pepper: join(folder, 'pepper'),
  /** What is recorded and not yet in the store. */
  journal: join(folder, 'journal'),
  log: join(folder, 'logs', 'daemon.log'),
  models: join(folder, 'models'),
  /** Unix sockets of engine hosts and local workers. */
  sockets: join(folder, 'workers'),
  chat: join(folder, 'chat'),
})
export type StatePaths = ReturnType<typeof statePaths>
