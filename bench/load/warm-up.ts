import { AppError } from '../../src/errors.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { Connections } from '../wire/connections.ts'
import { defaultMaxTokens } from '../endpoints/openai-body.ts'
import { createErrorTally, type ErrorCount } from '../record/error-tally.ts'
import { shareOf, type Share } from '../lanes/share.ts'
import type { LiveRun } from './live-run.ts'
import { widthOf, type BenchOptions } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { Attempt } from '../wire/attempt.ts'
import type { Sender } from '../wire/sender.ts'

export type WarmUp = {
  /** With this thread's share of the load. */
  options: BenchOptions
  share: Share
  prompts: Prompts
  sender: Sender
  connections: Connections
  live: LiveRun
  signal: AbortSignal
  onAttempt: (attempt: Attempt) => void
}

export type WarmUpResult = { sent: number; failed: number; errors: ErrorCount[] }

/** Enough to load the model, compile both programs' hot paths and open the connections. */
const maxWarmUpTokens = 32

/** How many an open loop will need is not known before; it opens more as it goes. */
const openLoopWidth = 4

export const warmUpWidth = ({ load }: BenchOptions): number =>
  load.mode === 'closed' ? load.concurrency : Math.min(widthOf(load), openLoopWidth)

/** Sends the uncounted wave. Throws when nobody is there; other failures are the caller's to judge. */
export const warmUp = async (context: WarmUp): Promise<WarmUpResult> => {
  const { options, prompts, share, sender, connections, live, signal, onAttempt } = context
  const concurrency = warmUpWidth(options)
  const requests = options.warmUp === undefined ? concurrency : shareOf(options.warmUp, share)
  if (requests < concurrency) await connections.open(concurrency)

  const errors = createErrorTally()
  const maxTokens = Math.min(options.sampling.maxTokens ?? defaultMaxTokens, maxWarmUpTokens)
  let sent = 0
  await runClosedLoop({
    concurrency,
    requests,
    signal,
    issue: async (index, slot) => {
      live.inFlight += 1
      const attempt = await sender.send(slot, prompts.warmUpAt(index * share.parts + share.part), {
        maxTokens,
      })
      const { failure } = attempt
      onAttempt(attempt)
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
