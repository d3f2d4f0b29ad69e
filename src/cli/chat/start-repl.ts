import { join } from 'node:path'
import { type Beginning, beginConversation } from './begin-conversation.ts'
import type { Chat } from './chat-state.ts'
import type { ChatBackend } from './completer.ts'
import { guardTerminal } from './guard-terminal.ts'
import { openHistory } from './history.ts'
import { showConversation } from './recall.ts'
import { runRepl } from './repl.ts'
import { openSessions } from './sessions.ts'
import { openTerminal, type TerminalInput, type TerminalOutput } from './terminal.ts'

export type ReplStart = {
  backend: ChatBackend
  /** `<state>/chat`. */
  folder: string
  beginning: Beginning
  verbose: boolean
  showReasoning: boolean
  input: TerminalInput
  output: TerminalOutput
  environment: NodeJS.ProcessEnv
}

/** From the command to the first prompt, and back to a clean terminal. */
export async function startRepl({
  backend,
  folder,
  beginning,
  verbose,
  showReasoning,
  ...streams
}: ReplStart): Promise<void> {
  const sessions = openSessions(join(folder, 'sessions'))
  const history = await openHistory(join(folder, 'history'))
  const { conversation, resumed, notes } = await beginConversation(beginning, backend, sessions)
  const terminal = openTerminal(streams.input, streams.output, streams.environment)
  const release = guardTerminal(terminal)
  try {
    terminal.hint(`${conversation.model} · /help lists the commands, Ctrl-D leaves`)
    for (const note of notes) terminal.hint(note)
    if (resumed) showConversation(terminal, conversation)
    const now = () => performance.now()
    const chat: Chat = {
      conversation,
      figures: [],
      verbose,
      showReasoning,
      backend,
      sessions,
      history,
      terminal,
      now,
    }
    await runRepl(chat)
    if (chat.conversation.turns.length > 0)
      terminal.hint('Saved. "sluice chat --continue" goes on from here.')
  } finally {
    release()
    // A flowing stdin would keep the process alive.
    streams.input.pause()
  }
}
