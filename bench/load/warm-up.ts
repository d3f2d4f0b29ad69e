import { AppError } from '../../src/errors.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { Connections } from '../wire/connections.ts'
import { defaultMaxTokens } from '../endpoints/openai-body.ts'
import { createErrorTally } from '../record/error-tally.ts'
import { enterPhase, type LiveRun } from './live-run.ts'
import type { BenchOptions } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { Sender } from '../wire/sender.ts'

export type WarmUp = {
  options: BenchOptions
  prompts: Prompts
  sender: Sender
  connections: Connections
  live: LiveRun
  signal: AbortSignal
}

/** Enough to load the model, compile both programs' hot paths and open the connections. */
const maxWarmUpTokens = 32

/** Sends the uncounted wave. When all of it fails, measuring would only repeat that failure: it throws. */
export const warmUp = async (context: WarmUp): Promise<{ sent: number; failed: number }> => {
  const { options, prompts, sender, connections, live, signal } = context
  const { concurrency } = options.load
  const requests = options.warmUp ?? concurrency
  if (requests < concurrency) await connections.open(concurrency)
  enterPhase(live, 'warm-up')
  live.inFlight = 0
  const errors = createErrorTally()
  const maxTokens = Math.min(options.sampling.maxTokens ?? defaultMaxTokens, maxWarmUpTokens)
  let sent = 0
  await runClosedLoop({
    concurrency,
    requests,
    signal,
    issue: async (index, slot) => {
      live.inFlight += 1
      const { failure } = await sender.send(slot, prompts.warmUpAt(index), maxTokens)
      live.inFlight -= 1
      sent += 1
      if (failure === undefined) live.succeeded += 1
      else errors.add(failure)
    },
  })
  const [worst] = errors.list()
  if (worst !== undefined && errors.total() === sent && !signal.aborted) {
    throw new AppError(
      'engine_failed',
      `no warm-up request succeeded (${worst.kind}, ${worst.count} of ${sent}): ${worst.message}`,
    )
  }
  return { sent, failed: errors.total() }
}
