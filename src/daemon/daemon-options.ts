import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import type { Logger } from '../log.ts'

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
