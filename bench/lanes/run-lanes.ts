import { summarizeFloor, type Floor } from '../floor/floor.ts'
import { joinPaces, streamsOf } from '../floor/pace.ts'
import type { NullProcess } from '../floor/start-null-process.ts'
import { enterPhase, type LiveRun } from '../load/live-run.ts'
import { warmUpWidth, type WarmUpResult } from '../load/warm-up.ts'
import { planArrivals } from '../load/plan-arrivals.ts'
import type { BenchOptions } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import { createErrorTally } from '../record/error-tally.ts'
import { monotonicNow } from '../../src/machine-clock.ts'
import type { Lane, LaneMeasurement, Warmed } from './lane.ts'
import { shareOf } from './share.ts'

export type Prepared = { warmed: WarmUpResult; floor: Floor | undefined; uncounted: boolean }
export type LanesRun = { options: BenchOptions; prompts: Prompts; live: LiveRun; signal: AbortSignal }

/** Warms all lanes up and measures their floor together: they share the machine in the run as well. */
export const prepareLanes = async (
  lanes: Lane[],
  { options, live, signal }: LanesRun,
  nullServer: Promise<NullProcess | undefined>,
): Promise<Prepared> => {
  const requests = options.warmUp ?? warmUpWidth(options)
  enterPhase(live, 'warm-up', { requests, durationMs: undefined })
  const warmed = await Promise.all(lanes.map((lane) => lane.warmUp()))
  const result = joinWarmUps(warmed)
  const uncounted = warmed.every((one) => one.uncounted)
  const server = await nullServer
  if (server === undefined || signal.aborted || allFailed(result))
    return { warmed: result, floor: undefined, uncounted }
  enterPhase(live, 'calibrating', { requests: undefined, durationMs: undefined })
  const pace = joinPaces(warmed.map((one) => one.pace))
  const streams = streamsOf(options, pace)
  const parts = await Promise.all(
    lanes.map(async (lane, part) => {
      const own = shareOf(streams, { part, parts: lanes.length })
      return own === 0 ? undefined : lane.floor({ url: server.url, streams: own, pace })
    }),
  )
  const floor = summarizeFloor(parts.filter((part) => part !== undefined))
  return { warmed: result, floor, uncounted }
}

/** Measuring would only repeat what the warm-up has already told. */
export const allFailed = ({ sent, failed }: WarmUpResult): boolean => sent > 0 && failed === sent

/** Threads need a moment to begin together; a long schedule takes each of them a while to draw. */
const startDelayMs = 25
const arrivalsPerMs = 2000

export const measureLanes = async (
  lanes: Lane[],
  { options, prompts, live }: LanesRun,
  /** For all lanes together. */
  outputBudget: number,
): Promise<{ startedAt: Date; lanes: LaneMeasurement[] }> => {
  const { load } = options
  const arrivals = load.mode === 'open' ? planArrivals(load, prompts).length : undefined
  // An arrival is a session where there are sessions, and how many requests they make is only known where it was asked.
  const requests = load.session === undefined ? (arrivals ?? load.requests) : load.requests
  enterPhase(live, 'measuring', { requests, durationMs: load.durationMs })
  const delay = startDelayMs + (arrivals ?? 0) / arrivalsPerMs
  const startAt = monotonicNow() + delay
  const startedAt = new Date(Date.now() + delay)
  return {
    startedAt,
    lanes: await Promise.all(lanes.map((lane) => lane.measure(startAt, outputBudget / lanes.length))),
  }
}

const joinWarmUps = (parts: Warmed[]): WarmUpResult => {
  const errors = createErrorTally()
  for (const { result } of parts) {
    for (const { kind, count, message } of result.errors) {
      for (let time = 0; time < count; time += 1) errors.add({ kind, message })
    }
  }
  const sum = (key: 'sent' | 'failed'): number => parts.reduce((total, { result }) => total + result[key], 0)
  return { sent: sum('sent'), failed: sum('failed'), errors: errors.list() }
}
