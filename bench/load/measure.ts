import type { BenchOptions } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import { createRecorder, type Recorded } from '../record/recorder.ts'
import { startSelfCheck, type SelfCheck } from '../record/self-check.ts'
import type { Attempt } from '../wire/attempt.ts'
import type { Sender } from '../wire/sender.ts'
import { runClosedLoop } from './closed-loop.ts'
import { enterPhase, type LiveRun } from './live-run.ts'

export type Measurement = { startedAt: Date; recorded: Recorded; selfCheck: SelfCheck }

export type MeasureContext = {
  options: BenchOptions
  prompts: Prompts
  sender: Sender
  live: LiveRun
  signal: AbortSignal
  /** Nothing is sent, and the measurement is empty. */
  skip: boolean
}

/** The part of a run that counts: from the first measured request to the end of the last. */
export const measure = async (context: MeasureContext): Promise<Measurement> => {
  const { options, prompts, sender, live, signal, skip } = context
  const { concurrency, durationMs } = options.load
  const requests = skip ? 0 : options.load.requests
  const recorder = createRecorder()
  enterPhase(live, 'measuring', { requests, durationMs })
  const selfCheck = await startSelfCheck()
  const startedAt = new Date()
  const issue = async (index: number, slot: number): Promise<void> => {
    live.inFlight += 1
    const attempt = await sender.send(slot, prompts.at(index))
    recorder.record(attempt, { index })
    countAttempt(live, attempt)
  }
  await runClosedLoop({
    concurrency,
    signal,
    issue,
    ...(requests !== undefined && { requests }),
    ...(durationMs !== undefined && { durationMs }),
  })
  return { startedAt, selfCheck: await selfCheck.stop(), recorded: recorder.recorded() }
}

const countAttempt = (live: LiveRun, { failure, reply }: Attempt): void => {
  live.inFlight -= 1
  if (failure === undefined) live.succeeded += 1
  else live.failed += 1
  live.outputTokens += reply.usage?.outputTokens ?? 0
}
