import { abridge, createConversation, lastQuestion, withoutAnswer, withoutExchange } from '../conversation.ts'
import { autosave, reply } from '../reply.ts'
import type { SlashCommand } from './slash-command.ts'

export const regen: SlashCommand = {
  names: ['regen', 'retry'],
  summary: 'answer the last message again',
  async run(chat) {
    const asked = withoutAnswer(chat.conversation)
    if (asked === undefined) return chat.terminal.hint('There is no message to answer yet.')
    await reply(chat, asked, chat.conversation)
  },
}

export const undo: SlashCommand = {
  names: ['undo'],
  summary: 'drop the last message and its answer',
  async run(chat) {
    const dropped = lastQuestion(chat.conversation)
    const rest = withoutExchange(chat.conversation)
    if (rest === undefined || dropped === undefined) return chat.terminal.hint('There is nothing to undo.')
    chat.conversation = rest
    chat.terminal.hint(`Dropped "${abridge(dropped)}".`)
    if (rest.turns.length === 0) await chat.sessions.remove(rest.id)
    else await autosave(chat)
  },
}

export const clear: SlashCommand = {
  names: ['clear', 'new'],
  summary: 'start afresh; model, system and settings stay',
  run(chat) {
    const saved = chat.conversation.turns.length > 0
    chat.conversation = createConversation(chat.conversation, new Date())
    chat.terminal.hint(saved ? 'A new conversation. The old one stays in /load.' : 'A new conversation.')
  },
}
