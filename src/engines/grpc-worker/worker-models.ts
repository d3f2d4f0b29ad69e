import { controlService } from '../../contract/definition.ts'
import { decodeModelInfo } from '../../contract/model.ts'
import type * as wire from '../../contract/wire-types.ts'
import type { Engine } from '../../engine/engine.ts'
import type { WorkerConnection, WorkerModel } from '../../engine/worker.ts'
import { AppError } from '../../errors.ts'
import type { Aborter } from './aborter.ts'
import { loadModel } from './load-model.ts'
import type { LoadTracker } from './load-tracker.ts'
import type { WorkerClient } from './worker-client.ts'
import { createWorkerEngine, type WorkerEngine } from './worker-engine.ts'

export type WorkerModelsOptions = {
  client: WorkerClient
  kind: string
  aborter: Aborter
  /** For short answers. */
  timeoutMs: number
  track(model: string): LoadTracker
  createRequestId(): string
}

export type WorkerModels = Pick<WorkerConnection, 'engine'> & {
  list: WorkerConnection['models']
  load: WorkerConnection['loadModel']
  /** Ends what runs in any of the engines; the models stay loaded. */
  leave(reason: AppError): Promise<void>
}

/** The models of one worker, and the engines that were made for them. */
export function createWorkerModels(options: WorkerModelsOptions): WorkerModels {
  const { client, timeoutMs, track } = options
  const engines = new Set<WorkerEngine>()

  const list = async (): Promise<wire.ModelInfo[]> =>
    (await client.unary(controlService.ListModels, {}, timeoutMs)).models ?? []

  async function create(model: wire.ModelInfo, unload?: () => Promise<void>): Promise<Engine> {
    const { id = '' } = model
    const tracker = track(id)
    if (!tracker.isReported) await readLoad()
    const created = createWorkerEngine({
      ...options,
      model: id,
      tracker,
      info: decodeModelInfo(model),
      makesEmbeddings: Boolean(model.embeddingDimensions) || Boolean(model.tasks?.includes('embed')),
      unload,
    })
    engines.add(created)
    return created.engine
  }
  /** A model that was loaded a moment ago is in no report yet. */
  async function readLoad(): Promise<void> {
    const { models = [] } = await client.unary(controlService.GetLoad, {}, timeoutMs)
    for (const load of models) track(load.model ?? '').report(load)
  }
  return {
    list: async () => (await list()).map(decodeWorkerModel),
    engine: async (name) => create(findModel(await list(), name, client.name)),
    async load(id, load, hooks) {
      const model = await loadModel(client, id, load, hooks)
      return create(model, async () => {
        await client.unary(controlService.UnloadModel, { id }, timeoutMs)
      })
    },
    async leave(reason) {
      await Promise.all([...engines].map((each) => each.leave(reason)))
    },
  }
}

const states: Record<wire.ModelState, WorkerModel['state']> = {
  MODEL_STATE_UNSPECIFIED: 'ready',
  MODEL_STATE_LOADING: 'loading',
  MODEL_STATE_READY: 'ready',
  MODEL_STATE_DRAINING: 'draining',
  MODEL_STATE_FAILED: 'failed',
}

const decodeWorkerModel = ({ id = '', aliases = [], state }: wire.ModelInfo): WorkerModel => ({
  id,
  aliases,
  state: states[state ?? 'MODEL_STATE_UNSPECIFIED'],
})

function findModel(models: wire.ModelInfo[], name: string, worker: string): wire.ModelInfo {
  const found = models.find(({ id }) => id === name) ?? models.find(({ aliases }) => aliases?.includes(name))
  if (found === undefined) {
    const served = models.map(({ id }) => id).join(', ') || 'no model'
    const message = `worker ${worker} does not serve "${name}"; it serves ${served}`
    throw new AppError('model_not_found', message, { param: 'model' })
  }
  const { state } = decodeWorkerModel(found)
  if (state === 'failed')
    throw new AppError('invalid_model', `worker ${worker} could not load ${name}: ${found.error ?? ''}`)
  if (state === 'loading')
    throw new AppError('overloaded', `worker ${worker} is still loading ${name}`, { retryAfterMs: 1000 })
  return found
}
