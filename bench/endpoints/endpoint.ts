import type { ServerTimings, Usage } from '../wire/attempt.ts'
import type { Prompt } from '../prompts/prompt.ts'

/** The name of the answer's limit in chat; newer models of OpenAI take only the second. */
export type LimitField = 'max_tokens' | 'max_completion_tokens'

/** What every request of a run has in common. */
export type BodySettings = {
  model: string
  stream: boolean
  includeUsage: boolean
  maxTokens: number | undefined
  /** Absent: the older name, unless a prompt file uses the newer one. */
  limitField?: LimitField
  temperature: number | undefined
  seed: number | undefined
  ignoreEos: boolean
  /** The shortest answer; an extension that few servers have. */
  minTokens?: number | undefined
}

/** What one decoded object, a stream's chunk or a whole answer, says. */
export type Delta = {
  /** It carries output of any kind: text, reasoning, a refusal, arguments of a tool call. */
  hasOutput: boolean
  /** The visible text in it, where somebody may want to send it back. */
  text?: string
  /** Output that is text and is not shown. */
  reasoning?: string
  finishReason: string | undefined
  /** What it says of the counts; some servers tell the prompt's first and the output's last. */
  usage: Partial<Usage> | undefined
  timings: ServerTimings | undefined
  error: string | undefined
  /** When the server wrote it, on the monotonic clock of its machine, in milliseconds. */
  sentAt?: number
  /** Of an answer to an embedding request: how many vectors it holds. */
  vectors?: number
}

/** One kind of request that we can send. A new one is a folder entry and one registry line. */
export type Endpoint = {
  name: string
  /** Below the base URL; with `outsideV1` below what is left of it without its `/v1`. */
  path: string
  outsideV1?: true
  /** How a stream is cut into JSON objects; `none`: it never streams. */
  framing: 'sse' | 'ndjson' | 'none'
  /** It takes a conversation, so that a session can send its history. */
  takesMessages: boolean
  /** Its stream counts tokens only when `stream_options` ask for it. */
  asksForUsage: boolean
  /** The limit's field, where servers (llama-server, transformers) say `stop` of answers too that it has ended. */
  hiddenLimit?: string
  /** How the key is shown and what else each request carries; without it a bearer token. */
  headers?(apiKey: string | undefined): Record<string, string>
  encodeBody(prompt: Prompt, settings: BodySettings): object
  decode(json: unknown): Delta | undefined
}
