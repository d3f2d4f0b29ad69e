import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { defineRoute, type Route } from '../protocol.ts'
import type { ControlActions } from './actions.ts'

const text = z.string().min(1).max(4096)
const addBody = z.strictObject({
  address: text,
  name: z.string().min(1).max(64).optional(),
  serves: z.record(text, text).optional(),
  tls: z
    .strictObject({
      ca: text.optional(),
      certificate: text.optional(),
      key: text.optional(),
      server_name: text.optional(),
    })
    .optional(),
})
const hourMs = 3_600_000
const drainBody = z.strictObject({ id: text, timeout_ms: z.int().min(0).max(hourMs).default(30_000) })

/** `/api/workers`: who runs models, and how an operator takes one out of service. */
export const workerRoutes = (actions: ControlActions): Route[] => [
  {
    method: 'GET',
    path: '/api/workers',
    run: async () => ({ json: { workers: await actions.listWorkers() } }),
  },
  defineRoute({
    method: 'POST',
    path: '/api/workers',
    body: addBody,
    handle: async (body) => ({ json: await actions.addWorker(body), status: 201 }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/workers/drain',
    body: drainBody,
    handle: async (body) => ({ json: await actions.drainWorker(body.id, body.timeout_ms) }),
  }),
  {
    method: 'DELETE',
    path: '/api/workers/*',
    async run({ params }) {
      const id = params['*']
      if (!id) throw new AppError('invalid_request', 'name the worker: DELETE /api/workers/NAME')
      return { json: await actions.removeWorker(id) }
    },
  },
]
