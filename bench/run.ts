import { AppError } from '../src/errors.ts'
import { buildResult } from './build-result.ts'
import { endpoints } from './endpoints/registry.ts'
import { createGiveUp } from './load/give-up.ts'
import { createLiveRun, type LiveRun } from './load/live-run.ts'
import { measure } from './load/measure.ts'
import { warmUp, type WarmUpResult } from './load/warm-up.ts'
import { widthOf, type BenchOptions } from './options.ts'
import { resolvePrompts } from './prompts/resolve-prompts.ts'
import type { BenchResult } from './result.ts'
import { createConnections, type Connections } from './wire/connections.ts'
import { createSender } from './wire/sender.ts'
import { resolveTarget } from './wire/target.ts'

export type BenchHooks = {
  /** Stops the run: nothing new is sent, what is in flight gets a few seconds, and the result is marked. */
  signal: AbortSignal
  /** Called once, before anything is sent, with the object that shows how far the run is. */
  onStart?: (live: LiveRun) => void
  /** For the document: which program, called how. Secrets are already out of it. */
  version: string
  argv: string[]
}

/** How long an interrupted run waits for answers before it gives them up. */
const graceMs = 5000

/** Runs one load point. Rejects with an AppError when there is nothing to measure. Prints nothing. */
export const runBench = async (options: BenchOptions, hooks: BenchHooks): Promise<BenchResult> => {
  const target = resolveTarget(options.url)
  const { load, apiKey, timeoutMs } = options
  const connections = createConnections({ target, size: widthOf(load), apiKey, timeoutMs })
  const live = createLiveRun()
  const giveUp = createGiveUp(hooks.signal, graceMs)
  try {
    hooks.onStart?.(live)
    const { signal } = hooks
    const endpoint = endpoints[options.endpoint]
    const prompts = await resolvePrompts(options.prompts, endpoint, options.sampling.seed)
    const model = options.model ?? (await pickModel(connections, target.baseUrl))
    const sender = createSender({
      options,
      endpoint,
      target,
      model,
      connections,
      live,
      signal: giveUp.signal,
    })
    const warmed = await warmUp({ options, prompts, sender, connections, live, signal })
    const openedBefore = connections.opened()
    const measured = await measure({ options, prompts, sender, live, signal, skip: allFailed(warmed) })
    return buildResult({
      ...measured,
      options,
      target,
      model,
      prompts,
      openedBefore,
      openedDuring: connections.opened() - openedBefore,
      warmed,
      interrupted: signal.aborted,
      usageRefused: options.stream && !sender.asksForUsage(),
      version: hooks.version,
      argv: hooks.argv,
    })
  } finally {
    live.phase = 'done'
    giveUp.dispose()
    await connections.close()
  }
}

/** Measuring would only repeat what the warm-up has already told. */
const allFailed = ({ sent, failed }: WarmUpResult): boolean => sent > 0 && failed === sent

const pickModel = async (connections: Connections, baseUrl: string): Promise<string> => {
  const [first] = await connections.listModels()
  if (first !== undefined) return first
  throw new AppError('model_not_found', `${baseUrl}/models lists no model; name one with --model`)
}
