import { encodeError } from '../protocols/control/encode-error.ts'
import type { ListedWorker } from '../protocols/control/types.ts'
import type { BreakerView as Breaker } from '../routing/replica-guard.ts'
import { describeBreaker } from './describe-breaker.ts'
import type { Worker } from '../workers/worker.ts'

/** `breakerOf`: of its replica of a model. */
export function describeWorker(
  worker: Worker,
  breakerOf: (model: string) => Breaker | undefined,
): ListedWorker {
  const { id, kind, state, connection, processId, restarts, since, lastError } = worker
  const identity = connection?.identity
  const replicas = worker.replicas()
  const loads = new Set(replicas.flatMap(({ replica }) => replica.engine ?? []))
  const statuses = [...loads].map((engine) => engine.status())
  return {
    id,
    kind,
    state,
    address: worker.address ?? null,
    engine: identity?.engine ?? null,
    engine_version: identity?.engineVersion ?? null,
    api_version: identity?.apiVersion ?? null,
    pid: processId ?? null,
    models: replicas.map(({ model }) => model),
    breakers: Object.fromEntries(replicas.map(({ model }) => [model, describeBreaker(breakerOf(model))])),
    slots: statuses.reduce((sum, { slots }) => sum + slots, 0),
    busy_slots: statuses.reduce((sum, { busySlots }) => sum + busySlots, 0),
    memory_bytes: connection?.report().memoryUsedBytes ?? null,
    restarts,
    since: since.toISOString(),
    error: lastError ? encodeError(lastError) : null,
  }
}
