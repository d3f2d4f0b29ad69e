import { AppError } from '../../../errors.ts'
import type { Chat } from '../chat-state.ts'
import { explainError } from '../explain-error.ts'
import type { Completion } from '../line-editor.ts'
import { findNearest } from '../../nearest.ts'
import { slashCommands } from './registry.ts'
import type { SlashCommand } from './slash-command.ts'

const find = (name: string): SlashCommand | undefined =>
  slashCommands.find((command) => command.names.includes(name))

/** `entry` starts with a slash. Whatever the command throws is explained; the chat goes on. */
export async function runSlash(chat: Chat, entry: string): Promise<void | 'leave'> {
  const [, name = '', argument = ''] = /^\/(\S*)\s*([^]*)$/.exec(entry) ?? []
  const command = find(name.toLowerCase())
  if (command === undefined) {
    const nearest = findNearest(
      name,
      slashCommands.flatMap(({ names }) => names),
    )
    const advice = nearest ? `Did you mean /${nearest}?` : 'See /help.'
    return chat.terminal.write(`There is no command /${name}. ${advice} (A leading // sends it as text.)\n`)
  }
  if (command.argument === undefined && argument.trim() !== '')
    return chat.terminal.write(`/${name} takes no argument.\n`)
  try {
    return await command.run(chat, argument.trim())
  } catch (cause) {
    const error =
      cause instanceof AppError
        ? cause
        : new AppError('internal_error', `/${name} failed: ${(cause as Error).message}`)
    chat.terminal.write(`${explainError(error)}\n`)
  }
}

/** For Tab: commands, then what the command itself suggests. */
export async function completeSlash(chat: Chat, line: string): Promise<Completion> {
  const [, name, typed] = /^\/(\S+)\s+(\S*)$/.exec(line) ?? []
  if (name !== undefined && typed !== undefined) {
    const words = (await find(name)?.suggest?.(chat)) ?? []
    return [words.filter((word) => word.startsWith(typed)), typed]
  }
  if (!/^\/\S*$/.test(line)) return [[], line]
  const names = slashCommands.map(({ names: [first], argument }) => `/${first}${argument ? ' ' : ''}`)
  return [names.filter((candidate) => candidate.startsWith(line)), line]
}
