import type { AppError } from '../errors.ts'

/** Ends with the signal's reason when that aborts: for work that cannot be called back. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const leave = () => aborted.reject(signal.reason as AppError)
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

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
