import { z } from 'zod'
import { defineRoute, type Route } from '../protocol.ts'
import type { UsageActions } from './usage-types.ts'

/** `/api/usage`: whether the books are right. */
export const usageRoutes = (usage: UsageActions): Route[] => [
  defineRoute({
    method: 'POST',
    path: '/api/usage/verify',
    body: z.strictObject({}).default({}),
    handle: async () => ({ json: await usage.verify() }),
  }),
]
