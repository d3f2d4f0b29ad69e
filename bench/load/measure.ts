import { createSchedule } from '../arrivals/schedule.ts'
import type { BenchOptions, ClosedLoad, OpenLoad } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import { summarizeDispatch, type DispatchSummary } from '../record/dispatch-summary.ts'
import { createOccupancyCounter, type Occupancy } from '../record/occupancy.ts'
import { createRecorder, type Recorded } from '../record/recorder.ts'
import { startSelfCheck, type SelfCheck } from '../record/self-check.ts'
import type { Attempt, Issue } from '../wire/attempt.ts'
import type { Sender } from '../wire/sender.ts'
import { runClosedLoop } from './closed-loop.ts'
import { enterPhase, type LiveRun } from './live-run.ts'
import { runOpenLoop } from './open-loop.ts'

export type Measurement = {
  startedAt: Date
  recorded: Recorded
  selfCheck: SelfCheck
  occupancy: Occupancy | undefined
  /** Of an open loop. */
  dispatch: DispatchSummary | undefined
}

export type MeasureContext = {
  options: BenchOptions
  prompts: Prompts
  sender: Sender
  live: LiveRun
  signal: AbortSignal
  /** Nothing is sent, and the measurement is empty. */
  skip: boolean
}

/** Sends one request on a slot, and resolves with when it left once it is over. */
type SendOne = (issue: Issue, slot: number) => Promise<number>
type Offered = { dispatch?: DispatchSummary; idleMs: number }

/** The part of a run that counts: from the first measured request to the end of the last. */
export const measure = async (context: MeasureContext): Promise<Measurement> => {
  const { options, prompts, sender, live, signal, skip } = context
  const { load } = options
  const recorder = createRecorder(options.goodput)
  const occupancy = createOccupancyCounter()
  const schedule = load.mode === 'open' && !skip ? createSchedule({ ...load, seed: prompts.seed }) : undefined
  const selfCheck = await startSelfCheck()
  enterPhase(live, 'measuring', {
    requests: skip ? 0 : (schedule?.length ?? load.requests),
    durationMs: load.durationMs,
  })
  const startedAt = new Date()
  const send: SendOne = async (issue, slot) => {
    live.inFlight += 1
    occupancy.enter(performance.now())
    const attempt = await sender.send(slot, prompts.at(issue.index))
    occupancy.leave(performance.now(), attempt.endedAt - attempt.startedAt)
    recorder.record(attempt, issue)
    countAttempt(live, attempt)
    return attempt.startedAt
  }
  const { dispatch, idleMs }: Offered = skip
    ? { idleMs: 0 }
    : load.mode === 'open'
      ? await offerOpenLoad(load, schedule!, signal, send)
      : await offerClosedLoad(load, signal, send)
  return {
    startedAt,
    selfCheck: await selfCheck.stop(idleMs),
    recorded: recorder.recorded(),
    occupancy: occupancy.occupancy(),
    dispatch,
  }
}

const offerClosedLoad = async (load: ClosedLoad, signal: AbortSignal, send: SendOne): Promise<Offered> => {
  const { concurrency, requests, durationMs } = load
  await runClosedLoop({
    concurrency,
    signal,
    issue: async (index, slot) => void (await send({ index }, slot)),
    ...(requests !== undefined && { requests }),
    ...(durationMs !== undefined && { durationMs }),
  })
  return { idleMs: 0 }
}

const offerOpenLoad = async (
  { maxConcurrency }: OpenLoad,
  schedule: Float64Array,
  signal: AbortSignal,
  send: SendOne,
): Promise<Offered> => {
  const dues: number[] = []
  const starts: number[] = []
  const dispatch = await runOpenLoop({
    schedule,
    maxConcurrency,
    signal,
    issue: async ({ index, slot, dueAt }) => {
      starts.push(await send({ index, dueAt }, slot))
      dues.push(dueAt)
    },
  })
  return { dispatch: summarizeDispatch(dispatch, schedule.length, dues, starts), idleMs: dispatch.idleMs }
}

const countAttempt = (live: LiveRun, { failure, reply }: Attempt): void => {
  live.inFlight -= 1
  if (failure === undefined) live.succeeded += 1
  else live.failed += 1
  live.outputTokens += reply.usage?.outputTokens ?? 0
}
