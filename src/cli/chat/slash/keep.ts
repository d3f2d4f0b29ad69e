import { AppError } from '../../../errors.ts'
import { abridge, titleOf } from '../conversation.ts'
import { showConversation } from '../recall.ts'
import { assertSessionName, isAutomatic, type SessionEntry } from '../sessions.ts'
import type { SlashCommand } from './slash-command.ts'

/** As many as a screen takes well. */
const listed = 20

export const save: SlashCommand = {
  names: ['save'],
  argument: '[NAME [--force]]',
  summary: 'keep this conversation under a name',
  async run(chat, argument) {
    const { sessions, conversation } = chat
    if (conversation.turns.length === 0) return chat.terminal.hint('There is nothing to save yet.')
    const [, name = '', force = ''] = /^(.*?)(\s*--force)?$/s.exec(argument) ?? []
    if (name === '' || name === conversation.id) {
      await sessions.save(conversation)
      return chat.terminal.hint(`Saved as ${conversation.id}; /save NAME gives it a name.`)
    }
    assertSessionName(name)
    if (isAutomatic(name))
      throw new AppError(
        'invalid_request',
        `"${name}" looks like an automatic session, which are not kept for ever`,
      )
    if (force === '' && (await sessions.exists(name)))
      throw new AppError(
        'conflict',
        `there is a session "${name}" already; /save ${name} --force replaces it`,
      )
    const named = { ...conversation, id: name }
    await sessions.save(named)
    if (isAutomatic(conversation.id)) await sessions.remove(conversation.id)
    chat.conversation = named
    chat.terminal.hint(`Saved as ${name}. It goes on being saved there.`)
  },
}

export const load: SlashCommand = {
  names: ['load'],
  argument: '[NAME]',
  summary: 'list the saved conversations, or go on with one',
  suggest: async (chat) => (await chat.sessions.list()).map(({ name }) => name),
  async run(chat, argument) {
    if (argument !== '') {
      chat.conversation = await chat.sessions.load(argument)
      return showConversation(chat.terminal, chat.conversation)
    }
    const entries = await chat.sessions.list()
    if (entries.length === 0) return chat.terminal.hint('There are no saved conversations yet.')
    const describe = async (entry: SessionEntry) => {
      const title = await chat.sessions.load(entry.name).then(titleOf, () => '(damaged)')
      const mark = entry.name === chat.conversation.id ? '*' : ' '
      return `${mark} ${entry.name.padEnd(26)}${formatTime(entry.updatedAt)}  ${abridge(title, 40)}`
    }
    const rows = await Promise.all(entries.slice(0, listed).map(describe))
    chat.terminal.write(`${rows.join('\n')}\n`)
    if (entries.length > listed)
      chat.terminal.hint(`and ${entries.length - listed} older; Tab after /load completes`)
  },
}

/** `2026-11-21 01:34`, local time: Swedish writes dates as ISO does. */
const formatTime = (time: Date): string => time.toLocaleString('sv-SE').slice(0, 16)
