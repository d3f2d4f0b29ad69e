import type { z } from 'zod'
import { parseBody } from '../parse-body.ts'
import type { Route, RouteContext } from '../protocol.ts'

/** A GET route that answers with JSON: binds its handler to the schema of its query. */
export function defineReport<T>(report: {
  path: string
  access?: 'admin'
  query: z.ZodType<T>
  handle(query: T, context: RouteContext, params: Record<string, string>): Promise<unknown>
}): Route {
  const { path, access, query: schema, handle } = report
  return {
    method: 'GET',
    path,
    ...(access && { access }),
    run: async ({ query, params }, context) => ({
      json: await handle(parseBody(schema, { ...query }, context), context, params),
    }),
  }
}
