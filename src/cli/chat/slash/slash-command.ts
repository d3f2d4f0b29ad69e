import type { Chat } from '../chat-state.ts'

export type SlashCommand = {
  /** Without the slash; the first is the name, the others are aliases. */
  names: [string, ...string[]]
  /** How the argument is written in the help; absent: it takes none. */
  argument?: string
  summary: string
  /** `leave` ends the chat. A thrown AppError is explained and the chat goes on. */
  run(chat: Chat, argument: string): void | 'leave' | Promise<void | 'leave'>
  /** Words that may stand as the argument, for Tab. */
  suggest?(chat: Chat): string[] | Promise<string[]>
}
