import type { EndpointName } from './endpoints/registry.ts'

/** How load is offered. A union, because an open loop (arrivals on a schedule) is another way of asking. */
type Load = {
  mode: 'closed'
  /** Requests in flight at any time. */
  concurrency: number
  /** Whichever of the two comes first ends the run; at least one is given. */
  requests?: number
  durationMs?: number
}

export type PromptSource =
  | { kind: 'built-in' }
  | { kind: 'text'; text: string }
  | { kind: 'file'; path: string }

type Sampling = {
  /** Given by the user: it outranks what a prompt file says. Absent: the file's own, else the default. */
  maxTokens?: number
  temperature?: number
  seed?: number
  ignoreEos: boolean
}

export type BenchOptions = {
  url: string
  /** Absent: the first model that the server lists. */
  model?: string
  apiKey?: string
  endpoint: EndpointName
  stream: boolean
  load: Load
  /** Requests sent before the clock starts; absent: one per connection. */
  warmUp?: number
  prompts: PromptSource
  sampling: Sampling
  /** For one request, from its dispatch to its last byte. */
  timeoutMs: number
}
