import type { RetentionSettings } from './retention.ts'
import type { Spent } from './spent-so-far.ts'
import type { Place } from './take-over.ts'
import type { UsageVerdict } from './verify-usage.ts'

export type ThreadSettings = {
  /** Of the store: a PostgreSQL URL or a file. */
  address: string
  folder: string
  run: string
  keepsRows: boolean
  retention: RetentionSettings
}

/** What the daemon may ask of the thread; each is answered when everything that was recorded before it is taken over. */
export type Questions = {
  flush: { ask: undefined; answer: null }
  verify: { ask: undefined; answer: UsageVerdict }
  spent: { ask: number; answer: Spent[] }
  /** The last one: the thread ends. */
  close: { ask: undefined; answer: null }
}
export type Question = keyof Questions

/** A question is answered when the journal is taken over up to there; what comes meanwhile does not hold it up. */
export type Asked = { type: 'ask'; id: number; question: Question; value?: unknown; upTo: Place }
export type ToThread = { type: 'wake' } | Asked

export type FromThread =
  | { type: 'taken'; bytes: number; rows: number }
  | { type: 'empty'; segment: number; offset: number }
  | { type: 'damaged'; lines: number; reason: string }
  /** Why nothing is taken over at the moment; null: it is again. */
  | { type: 'trouble'; reason: string | null }
  | { type: 'log'; text: string }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'failed'; id: number; reason: string }
