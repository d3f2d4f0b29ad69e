import type { Share } from '../lanes/share.ts'
import type { BenchOptions } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { OpenDispatch } from '../record/dispatch-summary.ts'
import { createOccupancyCounter, type Occupancy } from '../record/occupancy.ts'
import type { Recorder } from '../record/recorder.ts'
import { startSelfCheck, type SelfCheck } from '../record/self-check.ts'
import type { Attempt } from '../wire/attempt.ts'
import { monotonicOffset } from '../wire/monotonic.ts'
import type { Sender, SendExtra } from '../wire/sender.ts'
import { createCoolDown } from './cool-down.ts'
import { createLiveRun, type LiveRun } from './live-run.ts'
import { offerClosedLoad, offerOpenLoad, type Offered, type SendOne, type Turn } from './offer-load.ts'
import { planArrivals } from './plan-arrivals.ts'
import { planCancel } from './plan-cancel.ts'

/** What a thread knows of its part beside the requests, which went to `record` one by one. */
export type Measurement = {
  selfCheck: SelfCheck
  occupancy: Occupancy | undefined
  /** Of an open loop. */
  dispatch: OpenDispatch | undefined
  /** Sent to keep the load up while the last measured requests ended; undefined where nobody asked for it. */
  cooledDown: number | undefined
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
  /** Keeps what the models write, up to so many characters in all, to be counted after the run. */
  outputBudget: number
  /** Connections of all threads. */
  width: number
  /** Before the first uncounted request. */
  onCoolDown?: () => void
}

/** The part of a run that counts: from the first measured request to the end of the last. */
export const measure = async (context: MeasureContext): Promise<Measurement> => {
  const { options, prompts, share, sender, live, signal, record, width } = context
  const { load } = options
  const schedule = load.mode === 'open' ? planArrivals(load, prompts) : undefined
  const selfCheck = await startSelfCheck()
  const startAt = context.startAt - monotonicOffset()
  const occupancy = createOccupancyCounter(startAt + (load.mode === 'closed' ? (load.rampUpMs ?? 0) : 0))
  let { outputBudget } = context
  const send: SendOne = async (issue, slot, prompt = prompts.at(issue.index)) => {
    live.inFlight += 1
    occupancy.enter(performance.now())
    const attempt = await sender.send(slot, prompt, {
      ...extraOf(context, issue),
      ...(outputBudget > 0 && { keepOutput: true }),
    })
    outputBudget -= attempt.reply.output?.length ?? 0
    occupancy.leave(performance.now(), attempt.endedAt - attempt.startedAt)
    record(attempt, issue)
    countAttempt(live, attempt)
    return attempt
  }
  const cool = options.coolDown === true ? coolBy(context) : undefined
  const turn: Turn = { signal, share, startAt, width, send, prompts, cool }
  const { dispatch, idleMs }: Offered =
    load.mode === 'open' ? await offerOpenLoad(load, schedule!, turn) : await offerClosedLoad(load, turn)
  return {
    selfCheck: await selfCheck.stop(idleMs),
    occupancy: occupancy.occupancy(),
    dispatch,
    cooledDown: cool?.down.sent(),
  }
}

/** Requests like the measured ones, which nothing counts. */
const coolBy = (context: MeasureContext): NonNullable<Turn['cool']> => {
  const { prompts, share, sender, signal, onCoolDown } = context
  const down = createCoolDown(share, signal)
  const live = createLiveRun()
  return {
    down,
    send: async (issue, slot, prompt = prompts.at(issue.index)) => {
      if (down.sent() === 0) onCoolDown?.()
      return down.send((stop) =>
        sender.send(slot, prompt, { ...extraOf(context, issue), uncounted: { signal: stop, live } }),
      )
    },
  }
}

const extraOf = (
  { options: { cancellation }, prompts }: MeasureContext,
  { index, turn }: { index: number; turn?: number },
): SendExtra => ({
  cancelAfter: cancellation && planCancel(cancellation, prompts.seed, index),
  ...(turn !== undefined && { keepText: true }),
})

const countAttempt = (live: LiveRun, { failure, reply }: Attempt): void => {
  live.inFlight -= 1
  if (failure === undefined) live.succeeded += 1
  else if (failure.kind !== 'cancelled') live.failed += 1
  live.outputTokens += reply.usage?.outputTokens ?? 0
}
