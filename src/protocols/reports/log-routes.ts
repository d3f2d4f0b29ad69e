import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Route, RouteContext } from '../protocol.ts'
import type { ReportActions } from './actions.ts'
import { defineReport } from './define-report.ts'
import { cursor, limit, name, status, time } from './query.ts'

const page = {
  limit: limit(100),
  since: time.optional(),
  until: time.optional(),
  cursor: cursor.optional(),
}
const logsQuery = z.strictObject({
  ...page,
  ended_since: time.optional(),
  model: name.optional(),
  status: status.optional(),
  key: name.optional(),
})
const eventsQuery = z.strictObject({ ...page, name: name.optional() })

/** `/logs`: the audit ledger, one row per request. `/api/events`: what happened to the daemon. */
export const logRoutes = (actions: ReportActions): Route[] => [
  defineReport({
    path: '/logs',
    query: logsQuery,
    handle: (query, { caller, signal }) =>
      actions.requests({ ...query, key: restrict(caller, query.key) }, signal),
  }),
  defineReport({
    path: '/logs/:id',
    query: z.strictObject({}),
    handle: (_query, { caller, signal }, params) =>
      actions.request(params.id!, restrict(caller, undefined), signal),
  }),
  defineReport({
    path: '/api/events',
    access: 'admin',
    query: eventsQuery,
    handle: (query, { signal }) => actions.events(query, signal),
  }),
]

/** Whose rows a caller sees: an administrator those that he asks for, anybody else his own. */
function restrict({ id, admin }: RouteContext['caller'], asked: string | undefined): string | undefined {
  if (admin) return asked
  if (asked === undefined || asked === id) return id
  const message = 'a key without admin rights sees only its own requests; leave "key" out'
  throw new AppError('forbidden', message, { param: 'key' })
}
