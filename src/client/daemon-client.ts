import type {
  AddWorkerBody,
  DaemonStatus,
  ListedModel,
  ListedWorker,
  LoadModelBody,
  PulledModelResult,
  PullModelBody,
  RemovedModel,
  RunningEngine,
  ShownModel,
} from '../protocols/control/types.ts'
import { call, callJson, type Call } from './http.ts'
import { createKeysClient } from './keys-client.ts'
import type { VerifiedUsage } from '../protocols/control/usage-types.ts'
import { createReportsClient } from './reports-client.ts'
import { readProgressLines, type OnProgress } from './progress-lines.ts'

const quickMs = 10_000
/** It reads every row that there is. */
const verifyCall: Call = { method: 'POST', path: '/api/usage/verify', body: {}, timeoutMs: 600_000 }

/** Names may hold slashes, which stay. */
const pathOf = (kind: 'models' | 'workers', name: string) =>
  `/api/${kind}/${name.split('/').map(encodeURIComponent).join('/')}`

const stopCall = (drainMs: number | undefined): Call => ({
  method: 'POST',
  path: '/api/daemon/stop',
  body: drainMs === undefined ? {} : { drain_ms: drainMs },
})

/**
 * The daemon's HTTP API with types. `token` is what this user's commands
 * call it with. Every method rejects with the AppError that the daemon answered.
 */
export function createDaemonClient(baseUrl: string, token?: string) {
  const quick = <T>(wanted: Call) => callJson<T>(baseUrl, { timeoutMs: quickMs, apiKey: token, ...wanted })
  const job = async <T>(path: string, body: unknown, onProgress: OnProgress, signal?: AbortSignal) => {
    const response = await call(baseUrl, { method: 'POST', path, body, apiKey: token, signal })
    return readProgressLines<T>(response, onProgress)
  }

  return {
    baseUrl,
    token,
    keys: createKeysClient(quick),
    verifyUsage: () => quick<VerifiedUsage>(verifyCall),
    reports: createReportsClient(quick),
    status: (timeoutMs = quickMs) => quick<DaemonStatus>({ method: 'GET', path: '/api/daemon', timeoutMs }),
    stop: (drainMs?: number) => quick<{ state: 'draining' }>(stopCall(drainMs)),
    engines: async () =>
      (await quick<{ engines: RunningEngine[] }>({ method: 'GET', path: '/api/engines' })).engines,
    workers: async () =>
      (await quick<{ workers: ListedWorker[] }>({ method: 'GET', path: '/api/workers' })).workers,
    addWorker: (body: AddWorkerBody) =>
      quick<ListedWorker>({ method: 'POST', path: '/api/workers', body, timeoutMs: 60_000 }),
    drainWorker: (id: string, timeoutMs: number) =>
      quick<{ id: string; in_flight: number }>({
        method: 'POST',
        path: '/api/workers/drain',
        body: { id, timeout_ms: timeoutMs },
        timeoutMs: timeoutMs + quickMs,
      }),
    removeWorker: (id: string) =>
      quick<{ id: string }>({ method: 'DELETE', path: pathOf('workers', id), timeoutMs: 60_000 }),
    models: async () =>
      (await quick<{ models: ListedModel[] }>({ method: 'GET', path: '/api/models' })).models,
    showModel: (name: string) => quick<ShownModel>({ method: 'GET', path: pathOf('models', name) }),
    removeModel: (name: string) => quick<RemovedModel>({ method: 'DELETE', path: pathOf('models', name) }),
    unloadModel: (model: string) =>
      quick<{ model: string }>({
        method: 'POST',
        path: '/api/models/unload',
        body: { model },
        timeoutMs: 60_000,
      }),
    loadModel: (body: LoadModelBody, onProgress: OnProgress, signal?: AbortSignal) =>
      job<RunningEngine>('/api/models/load', body, onProgress, signal),
    pullModel: (body: PullModelBody, onProgress: OnProgress, signal?: AbortSignal) =>
      job<PulledModelResult>('/api/models/pull', body, onProgress, signal),
  }
}
export type DaemonClient = ReturnType<typeof createDaemonClient>
