import type { Engine } from '../engine/engine.ts'
import type { WorkerAddress, WorkerConnection } from '../engine/worker.ts'
import { AppError, toAppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Instance } from './instance.ts'
import { createSocketAddress, type SocketAddress } from './socket-address.ts'
import { within } from './within.ts'
import { startProcess, type WorkerCommand, type WorkerProcess } from './worker-process.ts'
import type { WorkerSettings } from './worker-settings.ts'

export type ProcessPlan = {
  command(listen: string): WorkerCommand
  /** Hears what the process says of itself. */
  watch(
    process: WorkerProcess,
    says: { listening(target: string): void; failed(error: AppError): void },
  ): void
  /** From a process that listens to engines; closes its connection if that fails. */
  load(address: WorkerAddress, signal: AbortSignal): Promise<Loaded>
}
export type Loaded = { connection: WorkerConnection; engines: ReadonlyMap<string, Engine> }

/** A connection may end before the operating system tells of its process: this long we wait for the reason. */
const exitNoticeMs = 300
/** For a process that is told to end and has no work left. */
const endGraceMs = 2_000
/** For a connection attempt that was called off. */
const callOffMs = 5_000

/** Starts a process and stays with it until it can serve. Whatever fails, nothing of it is left. */
export async function bringUpProcess(
  plan: ProcessPlan,
  { signal, settings, log }: { signal: AbortSignal; settings: WorkerSettings; log: Logger },
): Promise<Instance> {
  const socket = await createSocketAddress(settings.socketFolder)
  const command = plan.command(socket.listen)
  const process = startProcess(command, log)
  log.info(
    { event: 'worker.started', worker_pid: process.processId, listen: socket.listen },
    'worker process started',
  )
  const watched = watchProcess(plan, process, signal)
  const abort = new AbortController()
  let loading: Promise<Loaded> | undefined
  try {
    const target = await within(Promise.race([watched.listening, watched.fault]), settings.startTimeoutMs)
    if (target === undefined)
      throw new AppError(
        'worker_lost',
        `${command.title} did not listen within ${settings.startTimeoutMs} ms`,
      )
    loading = plan.load({ target }, abort.signal)
    const loaded = await Promise.race([loading, watched.fault])
    return createProcessInstance({ ...loaded, process, socket, address: target })
  } catch (cause) {
    const error = await explain(cause, process, watched)
    abort.abort()
    await process.kill()
    await within(callOff(loading), callOffMs)
    await socket.remove()
    throw error
  } finally {
    watched.dispose()
  }
}

/** `fault` rejects when the process says that it failed, when it ends, and when the caller goes away. */
function watchProcess(plan: ProcessPlan, process: WorkerProcess, signal: AbortSignal) {
  const listening = Promise.withResolvers<string>()
  const fault = Promise.withResolvers<never>()
  fault.promise.catch(() => undefined)
  const watched = {
    listening: listening.promise,
    fault: fault.promise,
    said: undefined as AppError | undefined,
    dispose: () => signal.removeEventListener('abort', leave),
  }
  const leave = () => fault.reject(new AppError('cancelled', 'starting the worker was cancelled'))
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  void process.exited.then(fault.reject)
  plan.watch(process, {
    listening: listening.resolve,
    failed(error) {
      watched.said = error
      fault.reject(error)
    },
  })
  return watched
}

/** The process knows best why it failed, then how it ended; what its connection noticed says least. */
async function explain(
  cause: unknown,
  process: WorkerProcess,
  watched: { readonly said: AppError | undefined },
): Promise<AppError> {
  const error = toAppError(cause)
  if (error.code !== 'worker_lost' && error.code !== 'engine_failed') return error
  const exit = await process.exitedWithin(exitNoticeMs)
  return watched.said ?? exit ?? error
}

async function callOff(loading: Promise<Loaded> | undefined): Promise<void> {
  const late = await loading?.catch(() => undefined)
  if (late) await closeQuietly(late.connection)
}

const closeQuietly = (connection: WorkerConnection, reason?: AppError) =>
  connection.close(reason).catch(() => undefined)

type Parts = Loaded & { process: WorkerProcess; socket: SocketAddress; address: string }

function createProcessInstance({ connection, engines, process, socket, address }: Parts): Instance {
  let reason: AppError | undefined
  let closing: Promise<void> | undefined
  const lost = Promise.race([
    connection.lost.then(async (error) => (await process.exitedWithin(exitNoticeMs)) ?? error),
    process.exited,
  ])
  void lost.then((error) => {
    reason = error
  })
  const close = async () => {
    // A lost process is dead or stuck: a stuck one would not hear a polite word.
    if (reason) await process.kill()
    // The end of its process may be known before its streams notice: they end with it, and not as if unloaded.
    await within(closeQuietly(connection, reason), endGraceMs)
    await process.end(endGraceMs)
    await socket.remove()
  }
  return {
    connection,
    engines,
    missing: undefined,
    address,
    processId: process.processId,
    lost,
    close: () => (closing ??= close()),
  }
}
