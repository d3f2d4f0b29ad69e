import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createReplicaSet, type ReplicaSet, type ReplicaSetOptions } from '../routing/replica-set.ts'
import type { StartHooks, Worker } from '../workers/worker.ts'

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
}

export type FleetOptions = {
  balance: NonNullable<ReplicaSetOptions['policy']>
  waitMs: number
  log: Logger
  /** Runs after each change of what workers serve. */
  onChange(): void
}

export function createFleet({ balance, waitMs, log, onChange }: FleetOptions): Fleet {
  const members = new Map<string, { worker: Worker; leave(): void }>()
  const sets = new Map<string, ReplicaSet>()

  function ensureSet(model: string): ReplicaSet {
    const present = sets.get(model)
    if (present) return present
    const set = createReplicaSet(model, {
      policy: balance,
      waitMs,
      onMoved: ({ from, to, error }) =>
        log.warn({ event: 'request.moved', model, from, to, code: error.code }, error.message),
    })
    sets.set(model, set)
    for (const { worker } of members.values()) join(worker)
    return set
  }
  function join(worker: Worker): void {
    for (const { model, replica } of worker.replicas()) {
      const set = ensureSet(model)
      if (!set.replicas().includes(replica)) set.add(replica)
    }
  }
  async function remove(id: string): Promise<void> {
    const member = members.get(id)
    if (!member) throw unknown(id, [...members.keys()])
    members.delete(id)
    member.leave()
    for (const { model } of member.worker.replicas()) sets.get(model)?.remove(id)
    onChange()
    await member.worker.stop()
  }

  return {
    workers: () => [...members.values()].map(({ worker }) => worker),
    find(id) {
      const member = members.get(id)
      if (!member) throw unknown(id, [...members.keys()])
      return member.worker
    },
    models: () => [
      ...new Set([...members.values()].flatMap(({ worker }) => worker.replicas().map(({ model }) => model))),
    ],
    replicas: ensureSet,
    async closeReplicas(model) {
      const set = sets.get(model)
      sets.delete(model)
      await set?.close()
    },
    async add(worker, hooks) {
      if (members.has(worker.id))
        throw new AppError('conflict', `there is a worker named ${worker.id} already; choose another name`)
      const follow = () => {
        join(worker)
        onChange()
      }
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
    async stopAll() {
      await Promise.all([...members.keys()].map(remove))
    },
  }
}

function unknown(id: string, known: string[]): AppError {
  const shown = known.slice(0, 20).join(', ')
  return new AppError('not_found', `there is no worker "${id.slice(0, 100)}"; there are: ${shown || 'none'}`)
}
