import { createSchedule } from '../arrivals/schedule.ts'
import { shareSchedule, takeNumber, type Share } from '../lanes/share.ts'
import type { BenchOptions, ClosedLoad, OpenLoad } from '../options.ts'
import type { Prompt, Prompts } from '../prompts/prompts.ts'
import type { OpenDispatch } from '../record/dispatch-summary.ts'
import { createOccupancyCounter, type Occupancy } from '../record/occupancy.ts'
import type { Recorder } from '../record/recorder.ts'
import { startSelfCheck, type SelfCheck } from '../record/self-check.ts'
import type { Attempt, Issue } from '../wire/attempt.ts'
import { monotonicOffset } from '../wire/monotonic.ts'
import type { Sender } from '../wire/sender.ts'
import { runClosedLoop } from './closed-loop.ts'
import { planCancel } from './plan-cancel.ts'
import { runSessions } from './run-sessions.ts'
import { spreadStarts } from './spread-starts.ts'
import type { LiveRun } from './live-run.ts'
import { runOpenLoop } from './open-loop.ts'

/** What a thread knows of its part beside the requests, which went to `record` one by one. */
export type Measurement = {
  selfCheck: SelfCheck
  occupancy: Occupancy | undefined
  /** Of an open loop. */
  dispatch: OpenDispatch | undefined
}

export type MeasureContext = {
  options: BenchOptions
  prompts: Prompts
  share: Share
  sender: Sender
  live: LiveRun
  signal: AbortSignal
  record: Recorder['record']
  /** On the machine's monotonic clock. */
  startAt: number
  /** Connections of all threads. */
  width: number
}

/** Sends one request on a slot, and resolves once it is over. */
type SendOne = (issue: Issue, slot: number, prompt?: Prompt) => Promise<Attempt>
type Offered = { dispatch?: OpenDispatch; idleMs: number }
type Turn = { signal: AbortSignal; share: Share; startAt: number; width: number; send: SendOne; prompts: Prompts } // prettier-ignore

/** The part of a run that counts: from the first measured request to the end of the last. */
export const measure = async (context: MeasureContext): Promise<Measurement> => {
  const { options, prompts, share, sender, live, signal, record } = context
  const { load } = options
  const schedule = load.mode === 'open' ? createSchedule({ ...load, seed: prompts.seed }) : undefined
  const selfCheck = await startSelfCheck()
  const startAt = context.startAt - monotonicOffset()
  const occupancy = createOccupancyCounter(startAt + (load.mode === 'closed' ? (load.rampUpMs ?? 0) : 0))
  const { cancellation } = options
  const send: SendOne = async (issue, slot, prompt = prompts.at(issue.index)) => {
    live.inFlight += 1
    occupancy.enter(performance.now())
    const attempt = await sender.send(slot, prompt, {
      cancelAfter: cancellation && planCancel(cancellation, prompts.seed, issue.index),
      ...(issue.turn !== undefined && { keepText: true }),
    })
    occupancy.leave(performance.now(), attempt.endedAt - attempt.startedAt)
    record(attempt, issue)
    countAttempt(live, attempt)
    return attempt
  }
  const turn: Turn = { signal, share, startAt, width: context.width, send, prompts }
  const { dispatch, idleMs }: Offered =
    load.mode === 'open' ? await offerOpenLoad(load, schedule!, turn) : await offerClosedLoad(load, turn)
  return { selfCheck: await selfCheck.stop(idleMs), occupancy: occupancy.occupancy(), dispatch }
}

const offerClosedLoad = async (
  load: ClosedLoad,
  { signal, share, startAt, width, send, prompts }: Turn,
): Promise<Offered> => {
  const beginAfter = spreadStarts(load, share, width)
  if (load.session !== undefined) {
    await runSessions({ load, session: load.session, signal, share, startAt, send, prompts, beginAfter }) // prettier-ignore
    return { idleMs: 0 }
  }
  const { concurrency, requests, durationMs } = load
  await runClosedLoop({
    concurrency,
    signal,
    startAt,
    beginAfter,
    take: takeNumber(share),
    issue: async (index, slot) => void (await send({ index }, slot)),
    ...(requests !== undefined && { requests }),
    ...(durationMs !== undefined && { durationMs }),
  })
  return { idleMs: 0 }
}

const offerOpenLoad = async (
  { maxConcurrency }: OpenLoad,
  schedule: Float64Array,
  { signal, share, startAt, send }: Turn,
): Promise<Offered> => {
  const offset = monotonicOffset()
  const dues: number[] = []
  const starts: number[] = []
  const { part, parts } = share
  const dispatch = await runOpenLoop({
    schedule: shareSchedule(schedule, share),
    maxConcurrency,
    signal,
    startAt,
    issue: async ({ index, slot, dueAt }) => {
      const { startedAt } = await send({ index: index * parts + part, dueAt }, slot)
      starts.push(offset + startedAt)
      dues.push(offset + dueAt)
    },
  })
  const { idleMs } = dispatch
  return { dispatch: { ...dispatch, scheduled: schedule.length, dues, starts }, idleMs }
}

const countAttempt = (live: LiveRun, { failure, reply }: Attempt): void => {
  live.inFlight -= 1
  if (failure === undefined) live.succeeded += 1
  else if (failure.kind !== 'cancelled') live.failed += 1
  live.outputTokens += reply.usage?.outputTokens ?? 0
}
