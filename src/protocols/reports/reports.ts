import type { AppError } from '../../errors.ts'
import type { Protocol } from '../protocol.ts'
import type { ReportActions } from './actions.ts'
import { logRoutes } from './log-routes.ts'
import { statsRoutes } from './stats-routes.ts'

/** What happened: usage, requests, events. Callers see what is their own, administrators all. */
export const createReportsProtocol = (actions: ReportActions): Protocol => ({
  name: 'reports',
  routes: [...statsRoutes(actions), ...logRoutes(actions)],
  encodeError: (error) => ({ error: encodeError(error) }),
  encodeStreamError: (error) => ({ data: JSON.stringify({ error: encodeError(error) }) }),
})

const encodeError = (error: AppError) => ({
  code: error.code,
  message: error.message,
  param: error.param ?? null,
  ...error.details,
})
