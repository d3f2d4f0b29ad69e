import { cpus, totalmem } from 'node:os'
import type { UntypedServiceImplementation } from '@grpc/grpc-js'
import { apiVersion } from '../contract/definition.ts'
import { decodeLoadRequest, encodeModelInfo } from '../contract/model.ts'
import { encodeTimestamp } from '../contract/timestamp.ts'
import type * as wire from '../contract/wire-types.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { createStreamHandler, createUnaryHandler } from './handlers.ts'
import type { HostedModel, HostedModels } from './hosted-models.ts'
import { createLoadReport, watchLoad, type ReportSource } from './load-reports.ts'
import type { Outlet } from './outlet.ts'
import type { RunningCalls } from './running-calls.ts'

export type ControlOptions = ReportSource & {
  calls: RunningCalls
  engine: string
  engineVersion: string
  maxQueue: number
  maxMessageBytes: number
  startedAt: Date
  /** Aborts when the server closes, which ends the watchers. */
  closed: AbortSignal
  drain(timeoutMs: number): Promise<number>
  log: Logger | undefined
}

export function createControl(options: ControlOptions): UntypedServiceImplementation {
  const { models, calls, closed, log } = options
  return {
    GetWorkerInfo: createUnaryHandler<object, wire.WorkerInfo>(log, () => createWorkerInfo(options)),
    ListModels: createUnaryHandler<object, wire.ListModelsResponse>(log, () => listModels(models)),
    LoadModel: createStreamHandler<wire.LoadModelRequest, wire.LoadModelProgress>(
      log,
      (request, outlet, signal) => loadModel(options, request, outlet, signal),
    ),
    UnloadModel: createUnaryHandler<wire.UnloadModelRequest, wire.UnloadModelResponse>(
      log,
      async ({ id = '', drainTimeoutMs = 0 }) => ({
        endedRequests: await models.unload(id, (model) => calls.idle(drainTimeoutMs, model)),
      }),
    ),
    ResetPrefixCache: createUnaryHandler<wire.ResetPrefixCacheRequest, object>(log, async ({ model }) => {
      await resetPrefixCache(models.require(model))
      return {}
    }),
    GetLoad: createUnaryHandler<object, wire.LoadReport>(log, () => createLoadReport(options, 1)),
    WatchLoad: createStreamHandler<wire.WatchLoadRequest, wire.LoadReport>(log, (request, outlet, signal) =>
      watchLoad(options, request, outlet, AbortSignal.any([signal, closed])),
    ),
    Drain: createUnaryHandler<wire.DrainRequest, wire.DrainResponse>(log, async ({ timeoutMs = 0 }) => ({
      inFlight: await options.drain(timeoutMs),
    })),
  }
}

function createWorkerInfo(options: ControlOptions): wire.WorkerInfo {
  const { workerId, instanceId, engine, engineVersion, maxQueue, maxMessageBytes, startedAt, models } =
    options
  const makesEmbeddings = models.list().some((model) => model.engine.embed !== undefined)
  return {
    workerId,
    instanceId,
    apiMajor: apiVersion.major,
    apiMinor: apiVersion.minor,
    engine,
    engineVersion,
    features: ['chat', 'complete', ...(makesEmbeddings ? ['embed'] : []), 'load_model'],
    maxConcurrentRequests: models.list().reduce((sum, model) => sum + model.engine.status().slots, 0),
    maxQueue,
    maxMessageBytes,
    devices: [
      {
        kind: 'cpu',
        name: cpus()[0]?.model ?? '',
        memoryTotal: totalmem(),
        memoryFree: process.availableMemory(),
      },
    ],
    startedAt: encodeTimestamp(startedAt),
    processId: process.pid,
  }
}

async function resetPrefixCache({ id, engine }: HostedModel): Promise<void> {
  if (engine.resetPrefixCache === undefined)
    throw new AppError('unsupported_parameter', `the engine of ${id} cannot forget its prompts`)
  await engine.resetPrefixCache()
}

const listModels = (models: HostedModels): wire.ListModelsResponse => ({
  models: [
    ...models.list().map(describe),
    ...models.loading().map(({ id, options }) => ({
      id,
      source: options.source,
      state: 'MODEL_STATE_LOADING' as const,
    })),
  ],
})

const describe = ({ id, options, engine, loadedAt, unloading }: HostedModel): wire.ModelInfo => ({
  ...encodeModelInfo(id, options.source, engine.info),
  state: unloading ? 'MODEL_STATE_DRAINING' : 'MODEL_STATE_READY',
  loadedAt: encodeTimestamp(loadedAt),
})

/** Least growth worth a message. */
const progressStep = 0.01

async function loadModel(
  { models, isDraining }: ControlOptions,
  request: wire.LoadModelRequest,
  outlet: Outlet<wire.LoadModelProgress>,
  signal: AbortSignal,
): Promise<void> {
  const { id = '' } = request
  assertLoadRequest(request)
  if (isDraining()) throw new AppError('draining', 'this worker is draining and loads nothing')
  let told = -1
  const onProgress = (fraction: number) => {
    if (fraction < told + progressStep) return
    told = fraction
    void outlet.write({ phase: 'LOADING', fraction })
  }
  const model = await models.load(id, decodeLoadRequest(request), { signal, onProgress })
  void outlet.write({ phase: 'READY', fraction: 1, model: describe(model) })
}

function assertLoadRequest({ id, revision, dtype, engineArgsJson }: wire.LoadModelRequest): void {
  if (!id) throw new AppError('invalid_request', 'the model needs an id', { param: 'id' })
  const unsupported = { revision, dtype, engine_args_json: engineArgsJson?.length }
  for (const [param, value] of Object.entries(unsupported)) {
    if (!value) continue
    throw new AppError('unsupported_parameter', `this worker does not support ${param}`, { param })
  }
}
