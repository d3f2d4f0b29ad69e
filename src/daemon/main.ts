import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveBaseFolder } from '../config/base-folder.ts'
import type { Config } from '../config/schema.ts'
import { resolveConfig, type Flags } from '../config/resolve.ts'
import { statePaths, type StatePaths } from '../config/state-folder.ts'
import { AppError, toAppError } from '../errors.ts'
import { createLog, type Logger } from '../log.ts'
import type { StartMessage } from '../protocols/control/types.ts'
import { findBundledModel, packageRoot } from './package-root.ts'
import { startDaemon, type Daemon } from './daemon.ts'
import { acquireLock } from './lock.ts'
import { clearSockets } from '../workers/socket-address.ts'
import { createLogFile } from './log-file.ts'

/** What the command that starts the daemon says, as one JSON argument. */
type StartArguments = { flags: Flags; configFile: string | undefined; folder: string; background: boolean }

async function main(): Promise<void> {
  const given = JSON.parse(process.argv[2] ?? '{}') as StartArguments
  const paths = statePaths()
  // Whatever the daemon writes is its user's alone.
  process.umask(0o077)
  prepareFolder(paths)
  const resolved = resolveConfig({
    flags: given.flags,
    environment: process.env,
    file: given.configFile,
    defaultFile: paths.config,
  })
  const { config } = resolved
  const lock = await acquireLock(paths.lock)
  // Nobody else uses them while we hold the lock: they are what a killed daemon's hosts have left.
  await clearSockets(paths.sockets)
  const log = given.background ? createLogFile(paths.log, config.log_level) : createLog(config.log_level)
  reportCrashes(log)
  const root = packageRoot()
  const warnings = listWarnings(config)
  for (const warning of warnings) log.warn(warning)
  const daemon = await startDaemon({
    config,
    paths,
    log,
    baseFolder: resolveBaseFolder(resolved, given.configFile ?? paths.config, given.folder),
    bundledModel: findBundledModel(root),
    packageRoot: root,
    logFile: given.background ? paths.log : null,
    version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
  })
  stopOnSignals(daemon, log)
  try {
    await daemon.loadModels((text) => tell({ type: 'progress', text }))
  } catch (cause) {
    await daemon.stop(0)
    throw cause
  }
  tell({ type: 'ready', daemon: daemon.file, warnings })
  await daemon.stopped
  lock.release()
  process.exit(0)
}

/** libuv reads the variable once, before any code of ours runs. */
const listWarnings = (config: Config): string[] =>
  config.isolation === 'in-process' && process.env.UV_THREADPOOL_SIZE !== '1'
    ? ['isolation is in-process: llama.cpp runs faster with UV_THREADPOOL_SIZE=1 in the environment']
    : []

function prepareFolder({ folder }: StatePaths): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError(
      'insufficient_storage',
      `the state folder ${folder} cannot be written (${code}); set SLUICE_HOME to a folder of yours`,
      { cause },
    )
  }
}

/** Nobody listens any more once the starting command has gone. */
const tell = (message: StartMessage) => {
  if (process.connected) process.send?.(message, () => undefined)
}

/** The first signal drains, the second ends at once. */
function stopOnSignals(daemon: Daemon, log: Logger): void {
  let asked = false
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) process.exit(1)
    asked = true
    log.info({ signal }, 'asked to stop')
    void daemon.stop()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
}

/** A defect must not pass unseen, and what runs after one cannot be trusted. */
function reportCrashes(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error; the daemon ends')
    process.exit(1)
  })
}

main().catch((cause: unknown) => {
  const error = toAppError(cause)
  const shown =
    error === cause ? error.message : `${error.message}: ${String((cause as Error)?.message ?? cause)}`
  if (process.connected) {
    tell({ type: 'failed', error: { code: error.code, message: shown, param: error.param ?? null } })
  }
  process.stderr.write(`sluice: ${shown}\n`)
  process.exitCode = error.exitCode
  if (process.connected) process.disconnect()
  setImmediate(() => process.exit())
})
