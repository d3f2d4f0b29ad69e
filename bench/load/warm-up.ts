import { AppError } from '../../src/errors.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { Connections } from '../wire/connections.ts'
import { defaultMaxTokens } from '../endpoints/openai-body.ts'
import { createErrorTally, type ErrorCount } from '../record/error-tally.ts'
import { enterPhase, type LiveRun } from './live-run.ts'
import { widthOf, type BenchOptions } from '../options.ts'
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

export type WarmUpResult = { sent: number; failed: number; errors: ErrorCount[] }

/** Enough to load the model, compile both programs' hot paths and open the connections. */
const maxWarmUpTokens = 32

/** How many an open loop will need is not known before; it opens more as it goes. */
const openLoopWidth = 4

const warmUpWidth = ({ load }: BenchOptions): number =>
  load.mode === 'closed' ? load.concurrency : Math.min(widthOf(load), openLoopWidth)

/** Sends the uncounted wave. Throws when nobody is there; other failures are the caller's to judge. */
export const warmUp = async (context: WarmUp): Promise<WarmUpResult> => {
  const { options, prompts, sender, connections, live, signal } = context
  const concurrency = warmUpWidth(options)
  const requests = options.warmUp ?? concurrency
  if (requests < concurrency) await connections.open(concurrency)
  enterPhase(live, 'warm-up', { requests, durationMs: undefined })

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
  const failed = errors.total()
  const [worst] = errors.list()
  if (worst?.kind === 'connect' && worst.count === sent && !signal.aborted) {
    throw new AppError(
      'daemon_unreachable',
      `cannot reach ${options.url}: ${worst.message}. Is the server running?`,
    )
  }
  return { sent, failed, errors: errors.list() }
}
