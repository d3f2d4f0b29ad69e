import type { ErrorCode } from '../../src/errors.ts'
import type { FloorPart, Pace } from '../floor/floor.ts'
import type { BenchOptions } from '../options.ts'
import type { JournalBlock } from '../record/journal.ts'
import type { LaneMeasurement, Warmed } from './lane.ts'
import type { Share } from './share.ts'

/** What a thread is started with. */
export type ThreadTask = {
  options: BenchOptions
  model: string
  prompts: { seed: number; nonce: string | undefined }
  share: Share
  /** One number for each of `liveCounters`, written by the thread and read by whoever draws. */
  counters: SharedArrayBuffer
}

/** To the thread. The first three are answered one at a time; the others are not. */
export type ThreadRequest =
  | { ask: 'warm-up' }
  | { ask: 'floor'; url: string; streams: number; pace: Pace }
  | { ask: 'measure'; startAt: number; outputBudget: number }
  | { ask: 'stop' }
  | { ask: 'give-up' }
  | { ask: 'close' }

export type ThreadValue = Warmed | FloorPart | LaneMeasurement

export type ThreadAnswer =
  /** `offset`: what to add to the block's times to get the machine's clock. */
  | { answer: 'block'; block: JournalBlock; offset: number }
  | { answer: 'done'; value: ThreadValue }
  | { answer: 'failed'; code: ErrorCode; message: string }
