import { describeFigures } from '../figures.ts'
import type { SlashCommand } from './slash-command.ts'

export const stats: SlashCommand = {
  names: ['stats'],
  summary: 'tokens and speed of the last answer and the session',
  run: (chat) => chat.terminal.write(`${describeFigures(chat.figures).join('\n')}\n`),
}

export const bye: SlashCommand = {
  names: ['bye', 'exit', 'quit'],
  summary: 'leave, as does Ctrl-D',
  run: () => 'leave',
}
