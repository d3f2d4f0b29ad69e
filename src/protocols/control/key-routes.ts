import { z } from 'zod'
import { defineRoute, type Route } from '../protocol.ts'
import type { KeyActions } from './key-types.ts'

// Visible characters and spaces: names are printed on terminals.
const label = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}]+$/u, 'use visible characters')
const patterns = (pattern: z.ZodString) => z.array(pattern).max(100)

const createBody = z.strictObject({
  name: label,
  user: label.optional(),
  team: label.optional(),
  tenant: label.optional(),
  models: patterns(label).optional(),
  endpoints: patterns(label.startsWith('/', 'a path, such as /v1/chat/completions or /v1/*')).optional(),
  admin: z.boolean().optional(),
  expires_at: z.iso.datetime({ offset: true, error: 'a time such as 2027-01-31T00:00:00Z' }).optional(),
})
const longestGraceMs = 90 * 86_400_000
const rotateBody = z.strictObject({ grace_ms: z.number().min(0).max(longestGraceMs).optional() }).default({})

/** `/api/keys`: who may call. */
export const keyRoutes = (keys: KeyActions): Route[] => [
  { method: 'GET', path: '/api/keys', run: async () => ({ json: { keys: await keys.list() } }) },
  defineRoute({
    method: 'POST',
    path: '/api/keys',
    body: createBody,
    handle: async (body) => ({ json: await keys.create(body), status: 201 }),
  }),
  {
    method: 'GET',
    path: '/api/keys/:id',
    run: async ({ params }) => ({ json: await keys.show(params.id!) }),
  },
  {
    method: 'DELETE',
    path: '/api/keys/:id',
    run: async ({ params }) => ({ json: await keys.revoke(params.id!) }),
  },
  defineRoute({
    method: 'POST',
    path: '/api/keys/:id/rotate',
    body: rotateBody,
    handle: async (body, _context, params) => ({ json: await keys.rotate(params.id!, body.grace_ms) }),
  }),
]
