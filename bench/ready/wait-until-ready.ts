import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../src/errors.ts'
import { endpoints } from '../endpoints/registry.ts'
import { createLiveRun } from '../load/live-run.ts'
import type { BenchOptions } from '../options.ts'
import type { Connections } from '../wire/connections.ts'
import { openConnections } from '../wire/open-connections.ts'
import { createSender } from '../wire/sender.ts'
import { resolveTarget } from '../wire/target.ts'

export type Readiness = { timeoutMs: number; signal: AbortSignal; pauseMs?: number }

const betweenAsksMs = 500

/**
 * Asks for one token until the server gives one or says what is wrong with the request. A list of models is not enough:
 * llama-server shows it while the model still loads. Rejects when the time is over; an abort ends the wait quietly.
 */
export const waitUntilReady = async (
  options: Omit<BenchOptions, 'load'>,
  { timeoutMs, signal, pauseMs = betweenAsksMs }: Readiness,
): Promise<void> => {
  const until = performance.now() + timeoutMs
  const connections = openConnections({ ...options, timeoutMs }, resolveTarget(options.url), 1)
  try {
    for (;;) {
      const left = Math.max(1, Math.ceil(until - performance.now()))
      const reason = await askOnce(options, connections, AbortSignal.any([signal, AbortSignal.timeout(left)]))
      if (reason === undefined || signal.aborted) return
      if (performance.now() + pauseMs >= until) throw notReady(options.url, timeoutMs, reason)
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await connections.close()
  }
}

/** Why it is not ready yet; undefined: it is, or what is wrong will not pass with time. */
const askOnce = async (
  options: Omit<BenchOptions, 'load'>,
  connections: Connections,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const endpoint = endpoints[options.endpoint]
  const target = resolveTarget(options.url)
  const model = options.model ?? (await connections.listModels().catch((cause: Error) => cause))
  if (model instanceof Error) return model instanceof AppError && model.code === 'invalid_api_key' ? undefined : model.message // prettier-ignore
  const name = typeof model === 'string' ? model : model[0]
  if (name === undefined) return 'it lists no model'
  const asked: BenchOptions = {
    ...options,
    sampling: { ignoreEos: false },
    load: { mode: 'closed', concurrency: 1, requests: 1 },
  }
  const live = createLiveRun()
  const sender = createSender({ options: asked, endpoint, target, model: name, connections, live, signal })
  const prompt = { where: 'the readiness check', text: 'Hello', extra: {} }
  const { failure } = await sender.send(0, prompt, { maxTokens: options.endpoint === 'responses' ? 16 : 1 })
  return failure !== undefined && isPassing(failure.kind) ? `${failure.kind}: ${failure.message}` : undefined
}

/** What a server that is starting up answers. Every other 4xx is about the request, and the run will tell it. */
const isPassing = (kind: string): boolean =>
  ['connect', 'reset', 'timeout', 'cancelled', 'truncated', 'http_408', 'http_425', 'http_429'].includes(kind) || kind.startsWith('http_5') // prettier-ignore

const notReady = (url: string, timeoutMs: number, reason: string): AppError =>
  new AppError(
    'daemon_unreachable',
    `${url} was not ready within ${timeoutMs / 1000} s (${reason}). Is the server starting? Raise --ready-timeout`,
  )
