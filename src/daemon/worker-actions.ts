import { externalWorkerSchema } from '../config/worker-schema.ts'
import { AppError } from '../errors.ts'
import type { ControlActions } from '../protocols/control/actions.ts'
import type { AddWorkerBody } from '../protocols/control/types.ts'
import type { Worker } from '../workers/worker.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'
import { createExternal } from './configured-workers.ts'
import { describeWorker } from './describe-worker.ts'
import type { ModelHouse } from './model-house.ts'

type WorkerActions = Pick<ControlActions, 'listWorkers' | 'addWorker' | 'drainWorker' | 'removeWorker'>

/** What operators may do with workers while the daemon runs. */
export const createWorkerActions = (
  { fleet, loaded }: ModelHouse,
  settings: WorkerSettings,
): WorkerActions => {
  const describe = (worker: Worker) =>
    describeWorker(worker, (model) => fleet.replicas(model).breaker(worker.id))
  return {
    async listWorkers() {
      await fleet.refresh()
      return fleet.workers().map(describe)
    },
    async addWorker(body) {
      const worker = createExternal(decodeWorker(body), process.cwd(), settings)
      const hooks = { signal: new AbortController().signal, onProgress: () => undefined }
      await fleet.add(worker, hooks)
      if (worker.state === 'serving' || worker.state === 'draining') {
        for (const { model } of worker.replicas()) await loaded.load(model, {}, hooks)
        return describe(worker)
      }
      // Somebody waits for it here, unlike for one in the config, which may come later.
      const { lastError } = worker
      await fleet.remove(worker.id)
      throw lastError ?? new AppError('worker_lost', `nobody answers at ${body.address}`)
    },
    async drainWorker(id, timeoutMs) {
      return { id, in_flight: await fleet.find(id).drain(timeoutMs) }
    },
    async removeWorker(id) {
      await fleet.remove(id)
      return { id }
    },
  }
}

function decodeWorker(body: AddWorkerBody) {
  const parsed = externalWorkerSchema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const param = issue!.path.join('.')
  throw new AppError('invalid_request', `${param}: ${issue!.message}`, { param })
}
