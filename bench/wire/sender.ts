import type { Attempt } from './attempt.ts'
import type { Connections } from './connections.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import type { BenchOptions } from '../options.ts'
import type { Prompt } from '../prompts/prompts.ts'
import { sendRequest, type CancelAfter } from './request.ts'
import type { Live } from './stream-reader.ts'
import { resolvePath, type Target } from './target.ts'
import { createTimeline, type Timeline } from './timeline.ts'

export type SenderOptions = {
  options: BenchOptions
  endpoint: Endpoint
  target: Target
  model: string
  connections: Connections
  live: Live
  signal: AbortSignal
}

export type SendExtra = {
  maxTokens?: number
  keepText?: boolean
  cancelAfter?: CancelAfter | undefined
  /** Of an uncounted request: its own end, and counters that nobody reads. */
  uncounted?: { signal: AbortSignal; live: Live }
}

export type Sender = {
  /** `slot` says whose timeline is used: a slot has one request at a time. */
  send(slot: number, prompt: Prompt, extra?: SendExtra): Promise<Attempt>
  /** Whether the server still gets `stream_options.include_usage`. */
  asksForUsage(): boolean
}

export const createSender = (context: SenderOptions): Sender => {
  const { options, endpoint, target, model, connections, live, signal } = context
  const { sampling, stream, timeoutMs } = options
  const timelines: Timeline[] = []
  const path = resolvePath(target, endpoint)
  /** Unsure until a request with it has succeeded or one without it has got further. */
  let usageOption: 'unsure' | 'accepted' | 'refused' = 'unsure'

  const attempt = (slot: number, prompt: Prompt, extra: SendExtra, includeUsage: boolean) => {
    const { maxTokens, keepText, cancelAfter } = extra
    const settings = {
      model,
      stream,
      includeUsage,
      maxTokens: maxTokens ?? sampling.maxTokens ?? prompt.maxTokens,
      temperature: sampling.temperature,
      seed: sampling.seed,
      ignoreEos: sampling.ignoreEos,
      minTokens: sampling.minTokens,
    }
    const body = JSON.stringify(endpoint.encodeBody(prompt, settings))
    const timeline = (timelines[slot] ??= createTimeline())
    const { pool, headers } = connections
    return sendRequest(pool, {
      endpoint, path, headers, body, stream, timeoutMs, signal, timeline, live, ...extra.uncounted,
      ...(keepText === true && { keepText }),
      ...(cancelAfter !== undefined && { cancelAfter }),
    }) // prettier-ignore
  }

  return {
    asksForUsage: () => stream && usageOption !== 'refused',
    async send(slot, prompt, extra = {}) {
      const includeUsage = stream && endpoint.asksForUsage && usageOption !== 'refused'
      const first = await attempt(slot, prompt, extra, includeUsage)
      if (!includeUsage) return first
      if (first.failure === undefined) usageOption = 'accepted'
      if (usageOption === 'accepted' || !isRefusedBody(first)) return first
      // Some servers do not know the option. Without it they may answer; then nobody sends it again.
      const second = await attempt(slot, prompt, extra, false)
      if (isRefusedBody(second)) return first
      if (second.failure === undefined) usageOption = 'refused'
      return second
    },
  }
}

const isRefusedBody = ({ failure }: Attempt): boolean =>
  failure?.kind === 'http_400' || failure?.kind === 'http_422'
