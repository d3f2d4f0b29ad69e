import type { BenchOptions } from './options.ts'
import type { DispatchSummary } from './record/dispatch-summary.ts'
import type { Prompts } from './prompts/prompts.ts'
import type { Recorded } from './record/recorder.ts'
import type { ServerSide } from './server-metrics/measure-beside.ts'
import type { WarmUpResult } from './load/warm-up.ts'

/** All that a note may be about. */
export type NoteFacts = ServerSide & {
  options: BenchOptions
  prompts: Prompts
  recorded: Recorded
  interrupted: boolean
  /** The server refused `stream_options.include_usage`. */
  usageRefused: boolean
  openedDuring: number
  /** Requests sent again, as their connection was being closed. */
  resent: number
  warmed: WarmUpResult
  /** Of an open loop. */
  dispatch: DispatchSummary | undefined
}
