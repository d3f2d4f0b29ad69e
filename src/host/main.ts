import { createRequire } from 'node:module'
import { setTimeout } from 'node:timers/promises'
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import { engineLoaders } from '../engines/registry.ts'
import type { EngineLoader } from '../engine/engine.ts'
import { AppError, toAppError } from '../errors.ts'
import { createLog, type Logger } from '../log.ts'
import { createServerCredentials } from './credentials.ts'
import type { HostArguments, HostMessage } from './host-arguments.ts'
import { endNow, followParent } from './leash.ts'
import { createWorkerServer, type WorkerServer } from './worker-server.ts'

const defaultDrainMs = 30_000

async function main(): Promise<void> {
  const given = decodeArguments(process.argv[2])
  // The socket is its user's alone from its first moment on.
  process.umask(0o077)
  // grpc-js writes lines of its own to stderr; what matters of it reaches us as errors.
  setLogVerbosity(logVerbosity.NONE)
  const log = createLog(given.logLevel ?? 'info', process.stderr)
  let server: WorkerServer | undefined
  const cleanUp = () => server?.removeSocket()
  followParent(cleanUp)
  reportCrashes(log)
  const credentials = createServerCredentials(given.tls)
  server = createWorkerServer({
    loader: await findLoader(given.engine),
    engineVersion: readVersion(),
    log,
    ...(given.workerId !== undefined && { workerId: given.workerId }),
  })
  const stopping = stopOnSignals(server, given, log, cleanUp)
  const address = await server.listen(given.listen, credentials, { insecure: given.insecure ?? false })
  log.info({ event: 'host.listening', address, worker: server.workerId }, 'the worker listens')
  tell({ type: 'listening', address })
  try {
    if (given.model) await loadModel(server, given.model)
  } catch (cause) {
    if (!stopping.isAsked()) throw cause
  }
}

async function loadModel(
  server: WorkerServer,
  { id, load }: NonNullable<HostArguments['model']>,
): Promise<void> {
  await server.loadModel(id, load, {
    onProgress: (fraction) => tell({ type: 'loading', model: id, fraction }),
  })
  tell({ type: 'serving', model: id })
}

function decodeArguments(text = '{}'): HostArguments {
  const given = JSON.parse(text) as HostArguments
  if (typeof given.engine === 'string' && typeof given.listen === 'string') return given
  throw new AppError(
    'invalid_request',
    'give one JSON argument with engine and listen; or use: sluice worker',
  )
}

async function findLoader(engine: string): Promise<EngineLoader> {
  const load = Object.hasOwn(engineLoaders, engine) ? engineLoaders[engine] : undefined
  if (load) return load()
  const known = Object.keys(engineLoaders).join(', ')
  throw new AppError('invalid_request', `there is no engine "${engine}"; there are ${known}`, {
    param: 'engine',
  })
}

/** From `src/host/` as from `dist/src/host/`. */
function readVersion(): string {
  const isBuilt = /[\\/]dist[\\/]src[\\/]host[\\/]/.test(import.meta.filename)
  const path = isBuilt ? '../../../package.json' : '../../package.json'
  return (createRequire(import.meta.url)(path) as { version: string }).version
}

/** Nobody listens where there is no parent, or where it has gone. */
const tell = (message: HostMessage) => {
  if (process.connected) process.send?.(message, () => undefined)
}

/** The first signal drains, the second ends at once. */
function stopOnSignals(server: WorkerServer, given: HostArguments, log: Logger, cleanUp: () => void) {
  let isAsked = false
  const stop = async (signal: NodeJS.Signals) => {
    if (isAsked) endNow(cleanUp)
    isAsked = true
    log.info({ event: 'host.stopping', signal }, 'asked to stop')
    server.withdraw()
    // Without a grace it refuses in the same turn: who reads NOT_SERVING is never taken afterwards.
    if (given.graceMs) await setTimeout(given.graceMs)
    const left = await server.drain(given.drainTimeoutMs ?? defaultDrainMs)
    if (left > 0) log.warn({ event: 'host.cut', left }, 'the drain time is over: ending what still runs')
    await server.close()
    log.info({ event: 'host.stopped' }, 'stopped')
    process.exit(0)
  }
  process.on('SIGTERM', (signal) => void stop(signal))
  process.on('SIGINT', (signal) => void stop(signal))
  process.on('SIGHUP', (signal) => void stop(signal))
  return { isAsked: () => isAsked }
}

/** A defect must not pass unseen, and what runs after one cannot be trusted. */
function reportCrashes(log: Logger): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error; the engine host ends')
    process.exit(1)
  })
}

main().catch((cause: unknown) => {
  const error = toAppError(cause)
  const shown =
    error === cause ? error.message : `${error.message}: ${String((cause as Error)?.message ?? cause)}`
  const end = () => process.exit(error.exitCode)
  if (!process.connected) {
    process.stderr.write(`sluice: ${shown}\n`)
    return end()
  }
  const failed: HostMessage = {
    type: 'failed',
    error: { code: error.code, message: shown, param: error.param ?? null },
  }
  process.send!(failed, end)
})
