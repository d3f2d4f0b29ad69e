import { AppError, type ErrorCode } from '../errors.ts'
import type { WaitEstimate } from './service-time.ts'
import type { Refusal } from './waiting-room.ts'

export type Crowd = { running: number; waiting: number }

const codes: Record<Refusal, ErrorCode> = {
  full: 'queue_full',
  displaced: 'queue_full',
  share: 'queue_full',
  hopeless: 'overloaded',
  house: 'overloaded',
  memory: 'overloaded',
}

/** 429 where the caller's own requests or the model's queue are too many, 503 where the server is short. */
export function createRefusal(refusal: Refusal, { running, waiting }: Crowd, wait: WaitEstimate): AppError {
  const crowd = `${running} requests run and ${waiting} wait`
  const reasons: Record<Refusal, string> = {
    full: `the model is busy: ${crowd}, which is all its queue holds`,
    displaced: `the model is busy: ${crowd}, and the place of this one went to a caller with fewer or more urgent ones`,
    share: `the model is busy, and your requests already hold their share of its queue (${crowd})`,
    hopeless: `the model is busy: ${crowd}, so that the turn would come too late (a new one comes in about ${seconds(wait.expectedMs)} s)`,
    house: 'the server is busy: as many requests wait over all models as may (max_waiting_total)',
    memory: 'the server is busy: the requests that wait hold as much memory as they may (max_waiting_bytes)',
  }
  return createBusy(codes[refusal], reasons[refusal], { running, waiting }, wait)
}

export const createLateness = (waitMs: number, crowd: Crowd, wait: WaitEstimate): AppError =>
  createBusy('overloaded', `no place became free within ${Math.round(waitMs / 100) / 10} s`, crowd, wait)

const createBusy = (code: ErrorCode, message: string, crowd: Crowd, { adviceMs }: WaitEstimate): AppError =>
  new AppError(code, `${message}; try again in ${seconds(adviceMs)} s`, {
    retryAfterMs: adviceMs,
    // Also where headers have left already.
    details: { ...crowd, retry_after_ms: adviceMs },
  })

const seconds = (ms: number): number => Math.ceil(ms / 1000)
