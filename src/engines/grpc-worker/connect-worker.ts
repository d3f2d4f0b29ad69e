import {
  apiVersion,
  controlService,
  maxMessageBytes as defaultMessageBytes,
} from '../../contract/definition.ts'
import { decodeTimestamp } from '../../contract/timestamp.ts'
import type * as wire from '../../contract/wire-types.ts'
import type {
  ConnectOptions,
  ConnectWorker,
  WorkerAddress,
  WorkerConnection,
  WorkerIdentity,
} from '../../engine/worker.ts'
import { AppError } from '../../errors.ts'
import { readCredentials } from './channel-credentials.ts'
import { explainRefusal } from './explain-refusal.ts'
import { formatSeconds } from './format-seconds.ts'
import { WorkerClient } from './worker-client.ts'
import { openConnection } from './worker-connection.ts'
import { decodeTarget } from './worker-target.ts'

/** `maxMessageBytes`: the largest message in either direction. */
export const createConnectWorker =
  (maxMessageBytes: number): ConnectWorker =>
  async (address, options) => {
    const { target, tls } = address
    const { signal, timeoutMs } = options
    decodeTarget(target)
    const credentials = await readCredentials(address)
    const client = new WorkerClient(target, { credentials, serverName: tls?.serverName, maxMessageBytes })
    let ended: AppError | undefined
    const end = (error: AppError) => {
      ended ??= error
      client.end(ended)
    }
    const cancel = () => end(new AppError('cancelled', `connecting to ${target} was cancelled`))
    const timer = setTimeout(() => end(tooLate(target, timeoutMs)), timeoutMs)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    try {
      return await connect(client, address, options)
    } catch (cause) {
      client.end(cause as AppError)
      throw ended ?? cause
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
    }
  }

export const connectWorker = createConnectWorker(defaultMessageBytes)

async function connect(
  client: WorkerClient,
  address: WorkerAddress,
  options: ConnectOptions,
): Promise<WorkerConnection> {
  let info: wire.WorkerInfo
  try {
    info = await client.unary(controlService.GetWorkerInfo, {}, options.timeoutMs)
  } catch (cause) {
    throw await explainRefusal(cause as AppError, address, options.timeoutMs)
  }
  assertCompatible(info, address)
  client.name = info.workerId || address.target
  return openConnection(client, { ...options, address, identity: decodeIdentity(info, address) })
}

function assertCompatible(
  { apiMajor = 0, apiMinor = 0, engine }: wire.WorkerInfo,
  address: WorkerAddress,
): void {
  if (apiMajor === apiVersion.major) return
  throw new AppError(
    'worker_incompatible',
    `the worker at ${address.target}${engine ? ` (${engine})` : ''} speaks version ${apiMajor}.${apiMinor} of the worker API and this sluice speaks ${apiVersion.major}.${apiVersion.minor}: install the same release of both`,
    { details: { worker_api: `${apiMajor}.${apiMinor}`, api: `${apiVersion.major}.${apiVersion.minor}` } },
  )
}

const decodeIdentity = (info: wire.WorkerInfo, { target }: WorkerAddress): WorkerIdentity => ({
  workerId: info.workerId || target,
  instanceId: info.instanceId ?? '',
  engine: info.engine || 'unknown',
  engineVersion: info.engineVersion ?? '',
  apiVersion: `${info.apiMajor ?? 0}.${info.apiMinor ?? 0}`,
  features: info.features ?? [],
  processId: info.processId || undefined,
  startedAt: decodeTimestamp(info.startedAt),
})

const tooLate = (target: string, timeoutMs: number) =>
  new AppError('worker_lost', `the worker at ${target} did not answer within ${formatSeconds(timeoutMs)}`)
