import { AppError } from '../../src/errors.ts'
import { endpoints } from '../endpoints/registry.ts'
import type { BenchOptions } from '../options.ts'
import type { Connections } from '../wire/connections.ts'
import { requestJson } from '../wire/request-text.ts'
import { createSender } from '../wire/sender.ts'
import type { Target } from '../wire/target.ts'
import { createLiveRun } from './live-run.ts'

export type Asker = {
  options: BenchOptions
  target: Target
  model: string
  signal: AbortSignal
  connections: Connections
}
/** How many tokens the server makes of a text; undefined where it does not say. */
export type CountTokens = (text: string) => Promise<number | undefined>

/** OpenAI's Responses API allows no shorter answers. */
const fewestTokens = { responses: 16, others: 1 }

/** By the usage of a short answer: the count that the result will be judged by, chat template and all. */
export const countByUsage = ({ options, target, model, signal, connections }: Asker): CountTokens => {
  const endpoint = endpoints[options.endpoint]
  const plain = { ...options, sampling: { ignoreEos: false } }
  const sender = createSender({
    options: plain, endpoint, target, model, connections, live: createLiveRun(), signal,
  }) // prettier-ignore
  const most = options.endpoint === 'responses' ? fewestTokens.responses : fewestTokens.others
  return async (text) => {
    if (signal.aborted) return undefined
    const { reply, failure } = await sender.send(
      0,
      { where: 'a probe', text, extra: {} },
      { maxTokens: most },
    )
    const tokens = reply.usage?.promptTokens ?? 0
    if (tokens > 0) return tokens
    // One token may be no text yet; the answer is as good as another.
    if (failure === undefined || failure.kind === 'empty' || failure.kind === 'cancelled') return undefined
    throw explain(failure, text.length, options.url)
  }
}

const explain = (
  { kind, message }: { kind: string; message: string },
  length: number,
  url: string,
): AppError => {
  if (kind === 'connect') {
    return new AppError('daemon_unreachable', `cannot reach ${url}: ${message}. Is the server running?`)
  }
  return new AppError(
    kind === 'http_400' ? 'invalid_request' : 'engine_failed',
    `cannot find out how the server counts tokens: a prompt of ${length} characters ended with ${kind}: ${message}`,
  )
}

/** For one text. A long one takes a tokenizer well under a second. */
const tokenizeTimeoutMs = 10_000
/** A list of a million tokens with seven characters for each. */
const maxTokenizeBytes = 8 * 1024 * 1024

type TokenizerAsker = Pick<Asker, 'target' | 'model' | 'signal' | 'connections'>

/**
 * vLLM's and SGLang's take `prompt` and answer `count`, llama-server's takes `content` and answers `tokens`.
 * `answers`: the texts were written by the model and do not begin as prompts do.
 */
export const countByTokenizer = (
  { target, model, signal, connections }: TokenizerAsker,
  texts: 'prompts' | 'answers' = 'prompts',
): CountTokens => {
  const { pool, headers } = connections
  const path = `${target.basePath.replace(/\/v1$/, '')}/tokenize`
  const bare = texts === 'answers' && { add_special_tokens: false, add_special: false }
  return async (text) => {
    const body = JSON.stringify({ model, prompt: text, content: text, ...bare })
    const json = await requestJson(pool, {
      path, method: 'POST', headers, body, signal, timeoutMs: tokenizeTimeoutMs, maxBytes: maxTokenizeBytes,
    }) // prettier-ignore
    if (typeof json !== 'object' || json === null) return undefined
    const { count, tokens } = json as { count?: unknown; tokens?: unknown }
    if (typeof count === 'number') return count
    return Array.isArray(tokens) ? tokens.length : undefined
  }
}
