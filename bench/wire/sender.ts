import type { Attempt, Reply } from './attempt.ts'
import type { Connections } from './connections.ts'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { mergeBody } from '../endpoints/merge-body.ts'
import type { BenchOptions } from '../options.ts'
import type { Prompt } from '../prompts/prompt.ts'
import { alternativesTo, type Dialect } from './dialect.ts'
import { sendRequest, type CancelAfter } from './request.ts'
import { createSendingAgain } from './send-again.ts'
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
  keepOutput?: boolean
  cancelAfter?: CancelAfter | undefined
  /** Of an uncounted request: its own end, and counters that nobody reads. */
  uncounted?: { signal: AbortSignal; live: Live }
}

export type Sender = {
  /** `slot` says whose timeline is used: a slot has one request at a time. */
  send(slot: number, prompt: Prompt, extra?: SendExtra): Promise<Attempt>
  /** Requests that were sent a second time, as their connection was being closed. */
  resent(): number
  /** The server took requests only without `stream_options.include_usage`. */
  usageRefused(): boolean
}

export const createSender = (context: SenderOptions): Sender => {
  const asksForUsage = context.options.stream && context.endpoint.asksForUsage
  let dialect: Dialect = { includeUsage: asksForUsage, limitField: 'max_tokens' }
  /** A request in this dialect has succeeded. */
  let isAccepted = false
  const again = createSendingAgain(context.signal)
  const sendOnce = createSendOnce(context)
  const attempt: SendOnce = (...request) => again.send(() => sendOnce(...request))

  return {
    resent: again.resent,
    usageRefused: () => asksForUsage && !dialect.includeUsage,
    async send(slot, prompt, extra = {}) {
      const tried = dialect
      const first = await attempt(slot, prompt, extra, tried)
      if (first.failure === undefined && tried === dialect) isAccepted = true
      if (isAccepted && tried === dialect) return first
      // Some servers do not know an option or want another name. What works once is sent from then on.
      for (const other of isRefusedBody(first) ? alternativesTo(tried, first.failure?.message ?? '') : []) {
        const next = await attempt(slot, prompt, extra, other)
        if (isRefusedBody(next)) continue
        if (next.failure === undefined) [dialect, isAccepted] = [other, true]
        return next
      }
      return first
    },
  }
}

type SendOnce = (slot: number, prompt: Prompt, extra: SendExtra, dialect: Dialect) => Promise<Attempt>

const createSendOnce = (context: SenderOptions): SendOnce => {
  const { options, endpoint, target, model, connections, live, signal } = context
  const { sampling, stream, timeoutMs } = options
  const timelines: Timeline[] = []
  const path = resolvePath(target, endpoint)
  return async (slot, prompt, extra, { includeUsage, limitField }) => {
    const { maxTokens, keepText, keepOutput, cancelAfter } = extra
    const settings = {
      model,
      stream,
      includeUsage,
      ...(limitField !== 'max_tokens' && { limitField }),
      maxTokens: maxTokens ?? sampling.maxTokens ?? prompt.maxTokens,
      temperature: sampling.temperature,
      seed: sampling.seed,
      ignoreEos: sampling.ignoreEos,
      minTokens: sampling.minTokens,
    }
    const fields = mergeBody(endpoint.encodeBody(prompt, settings), options.extraBody)
    const body = JSON.stringify(fields)
    const timeline = (timelines[slot] ??= createTimeline())
    const { pool, headers, opened } = connections
    const attempted = await sendRequest(pool, {
      endpoint, path, headers, body, stream, timeoutMs, signal, timeline, live, opened, ...extra.uncounted,
      ...(keepText === true && { keepText }),
      ...(keepOutput === true && { keepOutput }),
      ...(cancelAfter !== undefined && { cancelAfter }),
    }) // prettier-ignore
    nameLimit(attempted.reply, endpoint, fields)
    return attempted
  }
}

/** An answer that used up its limit was ended by it. */
const nameLimit = (reply: Reply, { hiddenLimit }: Endpoint, fields: object): void => {
  const limit = hiddenLimit === undefined ? undefined : Reflect.get(fields, hiddenLimit)
  if (typeof limit !== 'number' || reply.finishReason !== 'stop') return
  if ((reply.usage?.outputTokens ?? 0) >= limit) reply.finishReason = 'length'
}

const isRefusedBody = ({ failure }: Attempt): boolean =>
  failure?.kind === 'http_400' || failure?.kind === 'http_422'
