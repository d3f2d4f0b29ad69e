import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import type { Logger } from '../log.ts'
import { createLedger, type Ledger } from '../stats/ledger.ts'

/** The ledger as the config wants it. Opens nothing: a broken store is told by `/ready`, and keeps nobody out. */
export const openLedger = (config: Config, paths: StatePaths, log: Logger): Ledger =>
  createLedger({
    folder: paths.journal,
    address: config.store ?? paths.store,
    keepsRows: config.audit,
    journalLimitBytes: config.journal_limit,
    retention: {
      auditMs: config.audit_retention,
      auditMaxRows: config.audit_max_rows,
      eventsMs: config.events_retention,
    },
    log,
  })

/** What the gateway is to know of it. */
export const describeAudit = ({ record }: Ledger, config: Config) => ({
  record,
  keepsBodies: config.audit && config.audit_bodies,
})
