import type { RateRamp } from './arrivals/rate-ramp.ts'
import type { Arrival } from './arrivals/schedule.ts'
import type { GoodputLimits } from './goodput.ts'
import type { EndpointName } from './endpoints/registry.ts'

/** Whichever of the two comes first ends the run; at least one is given. */
type Limits = { requests?: number; durationMs?: number }

/** A conversation. Times are milliseconds. */
export type Session = { turns: number; think: { from: number; to: number } }

/** Which requests are given up, and when: after a time, or after so many events with output. */
export type Cancellation = {
  /** Between 0 and 1. */
  rate: number
  after: { unit: 'milliseconds' | 'events'; from: number; to: number }
}

export type ClosedLoad = Limits & {
  mode: 'closed'
  /** Each connection holds one session after the other; `requests` count turns. */
  session?: Session
  /** Requests in flight at any time. */
  concurrency: number
  /** Connections begin one after the other, evenly over this time. */
  rampUpMs?: number
}

export type OpenLoad = Limits & {
  mode: 'open'
  arrival: Arrival | 'trace'
  /** Of a trace: the moments themselves, in milliseconds from the start. */
  times?: Float64Array
  /** Sessions arrive on the schedule, `rate` and `maxConcurrency` are of sessions, and `requests` count turns. */
  session?: Session
  /** Requests per second. */
  rate: number
  burstiness: number
  /** The rate grows from 0 over this time. */
  rampUpMs?: number
  /** Over the whole run; `rate` is its end then. */
  ramp?: RateRamp
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
  | RandomSource
  | ShareGptSource
  | TraceSource

/**
 * How many tokens a server makes of a text: `overhead` for the whole prompt, and so many for each unit of it. `words`
 * are those that were found to have just so many; absent: any.
 */
export type Calibration = {
  by: 'usage' | 'tokenize' | 'nothing'
  overhead: number
  perUnit: number
  words?: string[]
}

/** Words that mean nothing, in lengths that were asked for. All lengths are tokens. */
export type RandomSource = {
  kind: 'random'
  inputLen: number
  outputLen: number
  /** Lengths are spread evenly from `1 - ratio` to `1 + ratio` of what was asked for. */
  rangeRatio: number
  /** Comes before the input, and is the same for each request with the same of the prefixes. */
  prefixLen: number
  prefixes: number
  /** By words. */
  calibration?: Calibration
}

/** Conversations as ShareGPT's files hold them. */
export type ShareGptSource = {
  kind: 'sharegpt'
  path: string
  /** For each answer; absent: as long as the file's own one. */
  outputLen?: number
  /** By characters. */
  calibration?: Calibration
}

export type TraceSource = {
  kind: 'trace'
  path: string
  /** By words. */
  calibration?: Calibration
}

type Sampling = {
  /** Given by the user: it outranks what a prompt file says. Absent: the file's own, else the default. */
  maxTokens?: number
  temperature?: number
  seed?: number
  ignoreEos: boolean
  minTokens?: number
}

export type BenchOptions = {
  url: string
  /** Absent: the first model that the server lists. */
  model?: string
  apiKey?: string
  /** With every request; by lower-case names. Values may be secrets. */
  headers?: Record<string, string>
  /** Fields of every body beyond those that the endpoint writes. */
  extraBody?: Record<string, unknown>
  endpoint: EndpointName
  stream: boolean
  load: Load
  /** Requests sent before the clock starts; absent: one per connection. */
  warmUp?: number
  /** Keeps the load up with uncounted requests until the last measured one has ended. */
  coolDown?: boolean
  prompts: PromptSource
  goodput?: GoodputLimits
  sampling: Sampling
  /** How many threads carry the load; `auto` adds to one what the floor shows. Absent: the calling thread. */
  threads?: number | 'auto'
  /** Measures before the run what the load generator itself adds, against a server that does nothing. */
  floor?: boolean
  cancellation?: Cancellation
  /** Reads what the server says of itself; `url`: where, if not at `/metrics` of it. */
  serverMetrics?: { url?: string }
  /** Has the server forget its cached prompts before the measurement. */
  resetCache?: boolean
  /** For one request, from its dispatch to its last byte. */
  timeoutMs: number
}
