import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createReplicaSet, type ReplicaSet, type ReplicaSetOptions } from '../routing/replica-set.ts'
import type { Events } from '../stats/events.ts'
import type { StartHooks, Worker } from '../workers/worker.ts'

import { createWorkerEvents } from './worker-events.ts'

/** All workers of a daemon, and for each model the set of its replicas. */
export interface Fleet {
  workers(): Worker[]
  /** Rejects with `not_found`, which lists the names. */
  find(id: string): Worker
  /** Names of models that workers serve, or will once they are up. */
  models(): string[]
  /** The same set until `closeReplicas`. */
  replicas(model: string): ReplicaSet
  /** Ends the requests of that model; its workers stay. */
  closeReplicas(model: string): Promise<void>
  /** Starts it; rejects with its first error, and then it is not part of the fleet. */
  add(worker: Worker, hooks: StartHooks): Promise<void>
  remove(id: string): Promise<void>
  stopAll(): Promise<void>
  /** Asks every worker for its load now; one that does not answer keeps its last report. */
  refresh(): Promise<void>
}

export type FleetOptions = {
  balance: NonNullable<ReplicaSetOptions['policy']>
  waitMs: number
  log: Logger
  events: Events
  /** Runs after each change of what workers serve. */
  onChange(): void
}

export function createFleet(options: FleetOptions): Fleet {
  const members = new Map<string, { worker: Worker; leave(): void }>()
  const workers = () => [...members.values()].map(({ worker }) => worker)
  const sets = createReplicaSets(options, workers)
  const onChange = followWorkers(options, sets.join)
  const find = (id: string) => {
    const member = members.get(id)
    if (member) return member
    const known = [...members.keys()].slice(0, 20).join(', ') || 'none'
    throw new AppError('not_found', `there is no worker "${id.slice(0, 100)}"; there are: ${known}`)
  }
  async function remove(id: string): Promise<void> {
    const { worker, leave } = find(id)
    members.delete(id)
    leave()
    sets.part(worker)
    options.onChange()
    await worker.stop()
  }

  return {
    workers,
    find: (id) => find(id).worker,
    models: () => [...new Set(workers().flatMap((worker) => worker.replicas().map(({ model }) => model)))],
    replicas: sets.of,
    closeReplicas: sets.close,
    async add(worker, hooks) {
      if (members.has(worker.id))
        throw new AppError('conflict', `there is a worker named ${worker.id} already; choose another name`)
      const follow = () => onChange(worker)
      members.set(worker.id, { worker, leave: worker.subscribe(follow) })
      follow()
      try {
        await worker.start(hooks)
      } catch (cause) {
        await remove(worker.id)
        throw cause
      }
    },
    remove,
    async refresh() {
      await Promise.all(workers().flatMap(({ connection }) => connection?.refresh() ?? []))
    },
    async stopAll() {
      await Promise.all([...members.keys()].map(remove))
    },
  }
}

/** What a change of a worker brings with it. */
function followWorkers({ events, onChange }: FleetOptions, join: (worker: Worker) => void) {
  const record = createWorkerEvents(events)
  return (worker: Worker) => {
    join(worker)
    record(worker)
    onChange()
  }
}

/** For each model the set of its replicas, whoever runs them. */
function createReplicaSets({ balance, waitMs, log }: FleetOptions, workers: () => Worker[]) {
  const sets = new Map<string, ReplicaSet>()
  const make = (model: string) => {
    const set = createReplicaSet(model, {
      policy: balance,
      waitMs,
      onMoved: ({ from, to, error }) =>
        log.warn({ event: 'request.moved', model, from, to, code: error.code }, error.message),
    })
    sets.set(model, set)
    workers().forEach(join)
    return set
  }
  const of = (model: string) => sets.get(model) ?? make(model)
  function join(worker: Worker): void {
    for (const { model, replica } of worker.replicas()) {
      const set = of(model)
      if (!set.replicas().includes(replica)) set.add(replica)
    }
  }
  return {
    of,
    join,
    part(worker: Worker) {
      for (const { model } of worker.replicas()) sets.get(model)?.remove(worker.id)
    },
    async close(model: string) {
      const set = sets.get(model)
      sets.delete(model)
      const message = `${model} was unloaded while the request waited; send it again`
      await set?.close(new AppError('model_not_found', message, { param: 'model' }))
    },
  }
}
