import { z } from 'zod'
import { encodeError } from './encode-error.ts'
import { defineRoute, type Protocol, type Route } from '../protocol.ts'
import type { ControlActions } from './actions.ts'
import { keyRoutes } from './key-routes.ts'
import { progressStream } from './progress-stream.ts'
import { usageRoutes } from './usage-routes.ts'
import { workerRoutes } from './worker-routes.ts'

const name = z.string().min(1).max(4096)
const count = z.int().positive()
const stopBody = z.strictObject({ drain_ms: z.number().min(0).max(86_400_000).optional() }).default({})
const loadBody = z.strictObject({
  model: name,
  parallel: count.max(256).optional(),
  context_length: count.optional(),
  threads: count.max(1024).optional(),
})
const namedModel = z.strictObject({ model: name })
const pullBody = z.strictObject({
  source: name,
  name: name.optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, '64 hexadecimal digits')
    .optional(),
})

/** `/api/*`: how our own commands, and anybody's scripts, steer the daemon. */
export const createControlProtocol = (actions: ControlActions): Protocol => ({
  name: 'control',
  access: 'admin',
  routes: [
    ...daemonRoutes(actions),
    ...modelRoutes(actions),
    ...jobRoutes(actions),
    ...keyRoutes(actions.keys),
    ...usageRoutes(actions.usage),
    ...workerRoutes(actions),
  ],
  encodeError: (error) => ({ error: encodeError(error) }),
  encodeStreamError: (error) => ({ data: JSON.stringify({ type: 'error', error: encodeError(error) }) }),
})

const daemonRoutes = (actions: ControlActions): Route[] => [
  { method: 'GET', path: '/api/daemon', run: async () => ({ json: actions.status() }) },
  { method: 'GET', path: '/api/engines', run: async () => ({ json: { engines: await actions.engines() } }) },
  defineRoute({
    method: 'POST',
    path: '/api/daemon/stop',
    body: stopBody,
    async handle(body) {
      actions.stop(body.drain_ms)
      return { json: { state: 'draining' }, status: 202 }
    },
  }),
]

const modelRoutes = (actions: ControlActions): Route[] => [
  { method: 'GET', path: '/api/models', run: async () => ({ json: { models: actions.listModels() } }) },
  {
    method: 'GET',
    path: '/api/models/*',
    run: async ({ params }) => ({ json: await actions.showModel(params['*']!) }),
  },
  {
    method: 'DELETE',
    path: '/api/models/*',
    run: async ({ params }) => ({ json: await actions.removeModel(params['*']!) }),
  },
]

const jobRoutes = (actions: ControlActions): Route[] => [
  defineRoute({
    method: 'POST',
    path: '/api/models/load',
    body: loadBody,
    handle: async (body, { signal }) => ({
      format: 'ndjson',
      stream: progressStream(signal, (hooks) => actions.loadModel(body, hooks)),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/models/unload',
    body: namedModel,
    async handle(body) {
      await actions.unloadModel(body.model)
      return { json: { model: body.model, status: 'unloaded' } }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/api/models/reset-cache',
    body: namedModel,
    handle: async (body) => ({ json: { ...(await actions.resetCache(body.model)), status: 'cache_reset' } }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/models/pull',
    body: pullBody,
    handle: async (body, { signal }) => ({
      format: 'ndjson',
      stream: progressStream(signal, (hooks) => actions.pullModel(body, hooks)),
    }),
  }),
]
