import type { ChatBackend } from './completer.ts'
import type { Conversation } from './conversation.ts'
import type { Figures } from './figures.ts'
import type { History } from './history.ts'
import type { Sessions } from './sessions.ts'
import type { Terminal } from './terminal.ts'

/** What the loop and the slash commands share. Only the first four change. */
export type Chat = {
  conversation: Conversation
  figures: Figures[]
  verbose: boolean
  showReasoning: boolean
  readonly backend: ChatBackend
  readonly sessions: Sessions
  readonly history: History
  readonly terminal: Terminal
  /** Milliseconds, monotonic. */
  now: () => number
}
