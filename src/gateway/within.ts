import type { AppError } from '../errors.ts'
import { unlessAborted } from '../routing/unless-aborted.ts'

export type TimeLimit = {
  /** The request's own signal. */
  signal: AbortSignal
  /** 0: no limit. */
  ms: number
  describeExpiry(): AppError
}

/** Gives the work a signal that also ends when its time is over. */
export async function within<T>(
  { signal, ms, describeExpiry }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (ms === 0) return unlessAborted(work(signal), signal)
  const late = new AbortController()
  const leave = () => late.abort(signal.reason)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave)
  const timer = setTimeout(() => late.abort(describeExpiry()), ms)
  try {
    return await unlessAborted(work(late.signal), late.signal)
  } catch (cause) {
    throw late.signal.aborted ? late.signal.reason : cause
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}
