import type { Engine } from '../engine/engine.ts'
import type { WorkerAddress, WorkerConnection, WorkerModel } from '../engine/worker.ts'
import { AppError } from '../errors.ts'
import { awaitModels } from './await-models.ts'
import type { Instance } from './instance.ts'
import { createKeptWorker } from './keep-up.ts'
import { externalRules } from './restart-policy.ts'
import type { StartHooks, Worker } from './worker.ts'
import type { WorkerSettings } from './worker-settings.ts'

export type ExternalWorkerOptions = {
  id: string
  address: WorkerAddress
  /** The worker's model id -> the name that requests use. Undefined: all, under their own ids and aliases. */
  serves: ReadonlyMap<string, string> | undefined
  settings: WorkerSettings
}

/** A worker that somebody else runs: connected to by address, as often as it goes and comes back. */
export function createExternalWorker(options: ExternalWorkerOptions): Worker {
  const { id, address, serves, settings } = options
  return createKeptWorker({
    id,
    kind: 'external',
    models: [...new Set(serves?.values())],
    address: address.target,
    rules: externalRules,
    patient: true,
    log: settings.log,
    bringUp: (hooks) => connectTo(options, hooks),
  })
}

async function connectTo(options: ExternalWorkerOptions, hooks: StartHooks): Promise<Instance> {
  const { address, settings } = options
  const { connectTimeoutMs: timeoutMs, reportTimeoutMs, stallMs, connect } = settings
  const { signal } = hooks
  const connection = await connect(address, { signal, timeoutMs, reportTimeoutMs, stallMs })
  try {
    const { engines, missing } = await findEngines(connection, options, hooks)
    if (engines.size === 0 && missing) throw missing
    return {
      connection,
      engines,
      missing,
      address: address.target,
      processId: connection.identity.processId,
      lost: connection.lost,
      close: () => connection.close(),
    }
  } catch (cause) {
    await connection.close()
    throw cause
  }
}

async function findEngines(
  connection: WorkerConnection,
  { id, address, serves }: ExternalWorkerOptions,
  { signal, onProgress }: StartHooks,
) {
  const models = await awaitModels(connection, {
    signal,
    isWanted: (model) => serves === undefined || [...serves.keys()].some((name) => answersTo(model, name)),
    onWait: () => onProgress(`worker ${id} is loading`, undefined),
  })
  const usable = models.filter(({ state }) => state !== 'failed')
  const names = serves ?? new Map(usable.flatMap((model) => ownNames(model).map((name) => [name, name])))
  const engines = new Map<string, Engine>()
  const absent: string[] = []
  for (const [wanted, name] of names) {
    const model = usable.find((candidate) => answersTo(candidate, wanted))
    if (model) engines.set(name, await connection.engine(model.id))
    else absent.push(wanted)
  }
  const missing =
    names.size === 0 || absent.length > 0 ? describeAbsence(id, address, absent, models) : undefined
  return { engines, missing }
}

const ownNames = ({ id, aliases }: WorkerModel) => [id, ...aliases]
const answersTo = (model: WorkerModel, name: string) => ownNames(model).includes(name)

function describeAbsence(
  id: string,
  { target }: WorkerAddress,
  absent: string[],
  models: WorkerModel[],
): AppError {
  const shown = models
    .slice(0, 20)
    .map((model) => (model.state === 'failed' ? `${model.id} (failed to load)` : model.id))
    .join(', ')
  const lacks = absent.length === 0 ? 'serves no model' : `does not serve ${absent.join(', ')}`
  return new AppError('model_not_found', `worker ${id} at ${target} ${lacks}; it has: ${shown || 'none'}`, {
    param: 'workers',
  })
}
