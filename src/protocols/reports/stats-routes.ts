import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Route } from '../protocol.ts'
import type { Period, ReportActions } from './actions.ts'
import { defineReport } from './define-report.ts'
import { limit, name, time } from './query.ts'
import { groupings } from './types.ts'

const dayMs = 86_400_000
const period = { since: time.optional(), until: time.optional() }
const ownQuery = z.strictObject(period)
const allQuery = z.strictObject({
  ...period,
  by: z.enum(groupings).optional(),
  limit: limit(1000),
  key: name.optional(),
  user: name.optional(),
  team: name.optional(),
  tenant: name.optional(),
  model: name.optional(),
  endpoint: name.optional(),
})

/** The last 24 hours unless told otherwise. */
function readPeriod({ since, until }: { since?: number | undefined; until?: number | undefined }): Period {
  const end = until ?? Date.now()
  const start = since ?? end - dayMs
  if (start < end) return { since: start, until: end }
  throw new AppError('invalid_request', "'since' must be before 'until', which is now unless it is given", {
    param: 'since',
  })
}

/** `/api/stats`: usage by hours. */
export const statsRoutes = (actions: ReportActions): Route[] => [
  defineReport({
    path: '/api/stats',
    query: ownQuery,
    handle: (query, { caller, signal }) => actions.ownStats(caller.id, readPeriod(query), signal),
  }),
  defineReport({
    path: '/api/stats/detailed',
    query: ownQuery,
    handle: (query, { caller, signal }) => actions.detailedStats(caller.id, readPeriod(query), signal),
  }),
  defineReport({
    path: '/api/admin/stats',
    access: 'admin',
    query: allQuery,
    handle: (query, { signal }) => actions.allStats({ ...query, ...readPeriod(query) }, signal),
  }),
]
