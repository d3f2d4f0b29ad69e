import type { Engine } from '../engine/engine.ts'
import type { Replica } from '../engine/replica.ts'
import type { LoadOptions } from '../engine/types.ts'
import { engineLoaders } from '../engines/registry.ts'
import type { ResolveHooks } from '../routing/model-router.ts'
import { createHostWorker } from '../workers/host-worker.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'
import type { Fleet } from './fleet.ts'

export type LocalModel = {
  name: string
  engine: string
  isolation: 'process' | 'in-process'
  replicas: number
  load: LoadOptions
}

/** How we call an engine inside the daemon. */
export const insideDaemon = 'daemon'

/** Brings a model up on this machine, as replicas of its set; gives the way to take them down again. */
export async function bringUpLocally(
  fleet: Fleet,
  model: LocalModel,
  settings: WorkerSettings,
  hooks: ResolveHooks,
): Promise<() => Promise<void>> {
  return model.isolation === 'in-process'
    ? bringUpInside(fleet, model, hooks)
    : bringUpHosts(fleet, model, settings, hooks)
}

async function bringUpInside(fleet: Fleet, { name, engine: kind, load }: LocalModel, hooks: ResolveHooks) {
  const loader = await engineLoaders[kind]!()
  const engine = await loader.load(load, hooks)
  const set = fleet.replicas(name)
  set.add(createLastingReplica(engine))
  return async () => {
    set.remove(insideDaemon)
    await engine.close()
  }
}

/** Serves for as long as its engine is open. */
const createLastingReplica = (engine: Engine): Replica => ({
  id: insideDaemon,
  state: 'serving',
  engine,
  subscribe: () => () => undefined,
})

async function bringUpHosts(
  fleet: Fleet,
  { name, engine, replicas, load }: LocalModel,
  settings: WorkerSettings,
  { signal, onProgress }: ResolveHooks,
) {
  const ids: string[] = []
  const takeDown = async () => {
    const present = fleet.workers().filter(({ id }) => ids.includes(id))
    await Promise.all(present.map(({ id }) => fleet.remove(id)))
  }
  try {
    for (let index = 0; index < replicas; index++) {
      const id = findFreeId(fleet, name)
      const worker = createHostWorker({ id, model: name, engine, load, settings })
      const report = (fraction: number | undefined) => onProgress((index + (fraction ?? 0)) / replicas)
      await fleet.add(worker, { signal, onProgress: (_text, fraction) => report(fraction) })
      ids.push(id)
    }
  } catch (cause) {
    await takeDown()
    throw cause
  }
  return takeDown
}

function findFreeId(fleet: Fleet, model: string): string {
  const taken = new Set(fleet.workers().map(({ id }) => id))
  const base = model.replaceAll(/[^\w.-]/g, '-')
  for (let number = 1; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`
}
