import type { Arrival } from './arrivals/schedule.ts'
import type { GoodputLimits } from './goodput.ts'
import type { EndpointName } from './endpoints/registry.ts'

/** Whichever of the two comes first ends the run; at least one is given. */
type Limits = { requests?: number; durationMs?: number }

export type ClosedLoad = Limits & {
  mode: 'closed'
  /** Requests in flight at any time. */
  concurrency: number
}

export type OpenLoad = Limits & {
  mode: 'open'
  arrival: Arrival
  /** Requests per second. */
  rate: number
  burstiness: number
  /** The rate grows from 0 over this time. */
  rampUpMs?: number
  /** At most so many in flight; what is due beyond it waits, and the wait counts. */
  maxConcurrency: number
}

/** How load is offered: so many at any time, or so many in a second. */
export type Load = ClosedLoad | OpenLoad

/** Most requests that can be in flight at one time, and so most connections. */
export const widthOf = (load: Load): number =>
  load.mode === 'closed' ? load.concurrency : load.maxConcurrency

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
  goodput?: GoodputLimits
  sampling: Sampling
  /** How many threads carry the load; `auto` adds to one what the floor shows. Absent: the calling thread. */
  threads?: number | 'auto'
  /** Measures before the run what the load generator itself adds, against a server that does nothing. */
  floor?: boolean
  /** For one request, from its dispatch to its last byte. */
  timeoutMs: number
}
