import type { EngineStatus } from '../engine/types.ts'
import type * as wire from './wire-types.ts'

export const encodeModelLoad = (model: string, status: EngineStatus): wire.ModelLoad => ({
  model,
  runningRequests: status.busySlots,
  waitingRequests: status.waiting,
  maxRunningRequests: status.slots,
  stepAgeMs: Math.round(status.stepAgeMs),
  stepsTotal: status.counters.steps,
  prefillTokensTotal: status.counters.prefillTokens,
  cachedTokensTotal: status.counters.cachedTokens,
  decodeTokensTotal: status.counters.decodeTokens,
  cancelledRequestsTotal: status.counters.cancelled,
  stepsByBatchSize: status.counters.stepsByBatchSize,
  threads: status.threads ?? 0,
})

export const decodeModelLoad = (load: wire.ModelLoad): EngineStatus => ({
  slots: load.maxRunningRequests ?? 0,
  busySlots: load.runningRequests ?? 0,
  waiting: load.waitingRequests ?? 0,
  stepAgeMs: load.stepAgeMs ?? 0,
  threads: load.threads || undefined,
  counters: {
    steps: load.stepsTotal ?? 0,
    prefillTokens: load.prefillTokensTotal ?? 0,
    cachedTokens: load.cachedTokensTotal ?? 0,
    decodeTokens: load.decodeTokensTotal ?? 0,
    cancelled: load.cancelledRequestsTotal ?? 0,
    stepsByBatchSize: { ...load.stepsByBatchSize },
  },
})
