import { AppError } from '../../src/errors.ts'
import type { OpenLoad } from '../options.ts'
import { readTrace } from '../prompts/trace-file.ts'

type Limits = {
  requests: number | undefined
  durationMs: number | undefined
  concurrency: string | undefined
}

/** As in an open loop with a rate. */
const mostConcurrency = 4096

/** The moments of a trace as an open loop's schedule: the first at 0, `speed` times as fast as they were. */
export const readTraceLoad = async (
  path: string,
  speedText: string | undefined,
  { requests, durationMs, concurrency }: Limits,
): Promise<OpenLoad> => {
  const speed = decodeSpeed(speedText ?? '1')
  const entries = await readTrace(path)
  const first = entries[0]!.timestamp
  const all = entries.slice(0, requests).map(({ timestamp }) => (timestamp - first) / speed)
  const times = Float64Array.from(all.filter((time) => durationMs === undefined || time <= durationMs))
  const span = times.at(-1)!
  return {
    mode: 'open',
    arrival: 'trace',
    times,
    // What the trace asks for on average; one moment alone has no rate.
    rate: span > 0 ? Math.round(((times.length - 1) / span) * 1e6) / 1000 : times.length,
    burstiness: 1,
    requests: times.length,
    maxConcurrency: decodeConcurrency(concurrency),
    ...(durationMs !== undefined && { durationMs }),
  }
}

const decodeSpeed = (text: string): number => {
  const value = Number(text)
  if (value >= 0.001 && value <= 1000) return value
  throw refuse('trace-speed', `--trace-speed must be a number from 0.001 to 1000, not "${text}"`)
}

const decodeConcurrency = (text: string | undefined): number => {
  if (text === undefined) return mostConcurrency
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= mostConcurrency) return value
  throw refuse(
    'concurrency',
    `--concurrency ${text}: beside --trace it is the most in flight, one whole number from 1 to ${mostConcurrency}`,
  )
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
