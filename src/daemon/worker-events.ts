import type { ReplicaState } from '../engine/replica.ts'
import type { Events } from '../stats/events.ts'
import type { Worker } from '../workers/worker.ts'

/** Records what happens to workers; called after each change of one. */
export function createWorkerEvents(events: Events): (worker: Worker) => void {
  const states = new WeakMap<Worker, ReplicaState>()
  return (worker) => {
    const before = states.get(worker)
    const { id, state } = worker
    if (state === before) return
    states.set(worker, state)
    const name = nameChange(before, worker)
    if (name === undefined) return
    const { code, message } = worker.lastError ?? {}
    const isBad = name === 'worker.lost' || name === 'worker.failed'
    events.record(name, {
      worker: id,
      kind: worker.kind,
      ...(isBad && { code: code ?? '', reason: message ?? '' }),
    })
  }
}

function nameChange(before: ReplicaState | undefined, { state, restarts }: Worker): string | undefined {
  if (state === 'serving') return restarts > 0 ? 'worker.restarted' : 'worker.serving'
  if (state === 'failed') return 'worker.failed'
  if (state === 'draining') return 'worker.draining'
  const wasServing = before === 'serving' || before === 'draining'
  return state === 'starting' && wasServing ? 'worker.lost' : undefined
}
