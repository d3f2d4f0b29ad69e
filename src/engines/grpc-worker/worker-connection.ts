import { randomUUID } from 'node:crypto'
import { controlService } from '../../contract/definition.ts'
import type { ConnectOptions, WorkerAddress, WorkerConnection, WorkerIdentity } from '../../engine/worker.ts'
import type { AppError } from '../../errors.ts'
import { createAborter } from './aborter.ts'
import { followReports } from './load-reports.ts'
import type { WorkerClient } from './worker-client.ts'
import { unloaded } from './worker-engine.ts'
import { createWorkerModels } from './worker-models.ts'

export type WorkerConnectionOptions = Omit<ConnectOptions, 'signal'> & {
  identity: WorkerIdentity
  address: WorkerAddress
}

/** Beyond what a drain may take by itself. */
const drainAnswerMs = 10_000

/** With a worker that has told who it is. Resolves at its first load report. */
export async function openConnection(
  client: WorkerClient,
  { identity, address, timeoutMs, ...options }: WorkerConnectionOptions,
): Promise<WorkerConnection> {
  const reports = followReports(client, { ...options, instanceId: identity.instanceId })
  await reports.first
  const models = createWorkerModels({
    client,
    timeoutMs,
    kind: identity.engine,
    aborter: createAborter(client),
    track: reports.track,
    createRequestId: createRequestIds(),
  })
  // Its streams may hear of it only after whoever waits for the loss has closed us.
  let lost: AppError | undefined
  void reports.lost.then((error) => (lost = error))
  let closing: Promise<void> | undefined
  async function close(reason: AppError): Promise<void> {
    reports.stop()
    await models.leave(reason)
    client.end(reason)
  }
  return {
    identity,
    address,
    lost: reports.lost,
    report: reports.report,
    refresh: reports.refresh,
    subscribe: reports.subscribe,
    models: models.list,
    engine: models.engine,
    loadModel: models.load,
    async drain(drainMs) {
      const request = { timeoutMs: drainMs }
      const { inFlight } = await client.unary(controlService.Drain, request, drainMs + drainAnswerMs)
      return inFlight ?? 0
    },
    close: (reason = lost ?? unloaded()) => (closing ??= close(reason)),
  }
}

/** Unique in the worker: other callers have other prefixes. */
function createRequestIds(): () => string {
  const prefix = randomUUID().slice(0, 8)
  let count = 0
  return () => `${prefix}-${++count}`
}
