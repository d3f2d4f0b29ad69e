import type {
  DaemonStatus,
  ListedModel,
  LoadModelBody,
  PulledModelResult,
  PullModelBody,
  RemovedModel,
  RunningEngine,
  ShownModel,
} from '../protocols/control/types.ts'
import { call, callJson, type Call } from './http.ts'
import { createKeysClient } from './keys-client.ts'
import { readProgressLines, type OnProgress } from './progress-lines.ts'

const quickMs = 10_000

/** The daemon's HTTP API with types. Every method rejects with the AppError that the daemon answered. */
export function createDaemonClient(baseUrl: string, token?: string) {
  const quick = <T>(wanted: Call) => callJson<T>(baseUrl, { timeoutMs: quickMs, apiKey: token, ...wanted })
  const job = async <T>(path: string, body: unknown, onProgress: OnProgress, signal?: AbortSignal) =>
    readProgressLines<T>(
      await call(baseUrl, { method: 'POST', path, body, apiKey: token, signal }),
      onProgress,
    )
  const modelPath = (name: string) => `/api/models/${name.split('/').map(encodeURIComponent).join('/')}`

  return {
    baseUrl,
    /** What this user's commands call the daemon with. */
    token,
    keys: createKeysClient(quick),
    status: (timeoutMs = quickMs) => quick<DaemonStatus>({ method: 'GET', path: '/api/daemon', timeoutMs }),
    stop: (drainMs?: number) =>
      quick<{ state: 'draining' }>({
        method: 'POST',
        path: '/api/daemon/stop',
        body: drainMs === undefined ? {} : { drain_ms: drainMs },
      }),
    engines: async () =>
      (await quick<{ engines: RunningEngine[] }>({ method: 'GET', path: '/api/engines' })).engines,
    models: async () =>
      (await quick<{ models: ListedModel[] }>({ method: 'GET', path: '/api/models' })).models,
    showModel: (name: string) => quick<ShownModel>({ method: 'GET', path: modelPath(name) }),
    removeModel: (name: string) => quick<RemovedModel>({ method: 'DELETE', path: modelPath(name) }),
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
