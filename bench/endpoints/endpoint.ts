import type { ServerTimings, Usage } from '../wire/attempt.ts'
import type { Prompt } from '../prompts/prompts.ts'

/** What every request of a run has in common. */
export type BodySettings = {
  model: string
  stream: boolean
  includeUsage: boolean
  maxTokens: number | undefined
  temperature: number | undefined
  seed: number | undefined
  ignoreEos: boolean
}

/** What one decoded object, a stream's chunk or a whole answer, says. */
export type Delta = {
  /** It carries output of any kind: text, reasoning, a refusal, arguments of a tool call. */
  hasOutput: boolean
  finishReason: string | undefined
  usage: Usage | undefined
  timings: ServerTimings | undefined
  error: string | undefined
  /** When the server wrote it, on the monotonic clock of its machine, in milliseconds. */
  sentAt?: number
}

/** One kind of request that we can send. A new one is a folder entry and one registry line. */
export type Endpoint = {
  name: string
  /** Below the base URL. */
  path: string
  encodeBody(prompt: Prompt, settings: BodySettings): object
  decode(json: unknown): Delta | undefined
}
