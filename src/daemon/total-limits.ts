import type { TotalLimits } from '../admission/totals.ts'
import type { Config } from '../config/schema.ts'

export const readTotalLimits = (config: Config): TotalLimits => ({
  running: config.max_running_total ?? Number.POSITIVE_INFINITY,
  waiting: config.max_waiting_total,
  waitingBytes: config.max_waiting_bytes,
  share: config.queue_share,
})
