import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { ServerCredentials } from '@grpc/grpc-js'
import {
  controlService,
  healthService,
  inferenceService,
  maxMessageBytes as defaultMessageBytes,
} from '../contract/definition.ts'
import type { EngineLoader } from '../engine/engine.ts'
import type { LoadOptions } from '../engine/types.ts'
import type { Logger } from '../log.ts'
import { bind, type Bound } from './bind.ts'
import { createControl } from './control.ts'
import { createGrpcServer, shutDown } from './grpc-server.ts'
import { createHealth } from './health.ts'
import { HostedModels } from './hosted-models.ts'
import { createInference } from './inference.ts'
import type { LoadHooks } from './load-job.ts'
import { createReadiness } from './readiness.ts'
import { createRunningCalls } from './running-calls.ts'

export type WorkerServerOptions = {
  loader: EngineLoader
  /** Stable across restarts, unique in a cluster; absent: made of the machine's name and the process. */
  workerId?: string
  engineVersion?: string
  /** Generations that may wait per model; more get `queue_full`. */
  maxQueue?: number
  maxMessageBytes?: number
  log?: Logger
}

export type ListenOptions = {
  /** Allows an address that other machines can reach without TLS. */
  insecure?: boolean
}

export type WorkerServer = {
  readonly workerId: string
  /** New on every start. */
  readonly instanceId: string
  /** Gives the address to connect to, with the real port where 0 was asked for. May be called once. */
  listen(address: string, credentials?: ServerCredentials, options?: ListenOptions): Promise<string>
  /** As LoadModel does it; until it is done the worker's health is NOT_SERVING. */
  loadModel(id: string, options: LoadOptions, hooks?: Partial<LoadHooks>): Promise<void>
  /** Says NOT_SERVING, and still takes requests. */
  withdraw(): void
  /** Takes nothing new from now on; resolves with the requests that still run when the time is over. */
  drain(timeoutMs: number): Promise<number>
  /** Ends what runs with `engine_failed`, frees the engines, closes the socket. Idempotent. */
  close(): Promise<void>
  /** All that must be done where nothing can be waited for. */
  removeSocket(): void
}

const defaultMaxQueue = 1024
const shutdownMs = 1000

/** Serves `llm.v1` and `grpc.health.v1` over the engines of one kind. */
export function createWorkerServer(options: WorkerServerOptions): WorkerServer {
  const { log, maxMessageBytes = defaultMessageBytes } = options
  const { models, calls, health, readiness } = createState(options)
  const identity = {
    workerId: options.workerId ?? `${hostname()}-${process.pid}`,
    instanceId: randomUUID(),
  }
  const closed = new AbortController()
  const server = createGrpcServer(maxMessageBytes)
  let bound: Bound | undefined
  let closing: Promise<void> | undefined

  function drain(timeoutMs: number): Promise<number> {
    readiness.refuse()
    return calls.idle(timeoutMs)
  }
  async function close(): Promise<void> {
    readiness.refuse()
    await models.close()
    await calls.idle(shutdownMs)
    health.close()
    closed.abort()
    await shutDown(server, shutdownMs)
    bound?.release()
  }

  const { maxQueue = defaultMaxQueue, engineVersion = '', loader } = options
  const shared = { models, calls, maxQueue, log, isDraining: readiness.isDraining }
  const about = { engine: loader.kind, engineVersion, maxMessageBytes, startedAt: new Date() }
  server.addService(inferenceService, createInference(shared))
  server.addService(healthService, health.handlers)
  server.addService(
    controlService,
    createControl({ ...shared, ...identity, ...about, closed: closed.signal, drain }),
  )
  return {
    ...identity,
    withdraw: readiness.withdraw,
    drain,
    close: () => (closing ??= close()),
    removeSocket: () => bound?.release(),
    async listen(address, credentials = ServerCredentials.createInsecure(), { insecure = false } = {}) {
      bound = await bind(server, address, { credentials, insecure })
      return bound.address
    },
    async loadModel(id, load, hooks) {
      const ownHooks = { signal: closed.signal, onProgress() {}, ...hooks }
      await readiness.wait(models.load(id, load, ownHooks))
    },
  }
}

function createState({ loader, log }: WorkerServerOptions) {
  const health = createHealth()
  const models = new HostedModels(loader, { log, onChange: () => readiness.update() })
  const readiness = createReadiness(health, models)
  readiness.update()
  return { health, models, readiness, calls: createRunningCalls() }
}
