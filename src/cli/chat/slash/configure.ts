import { AppError } from '../../../errors.ts'
import type { Chat } from '../chat-state.ts'
import { chooseModel } from '../choose-model.ts'
import { findNearest } from '../../nearest.ts'
import { applySetting, describeSettings, formatSetting, isSettingName, settingNames } from '../settings.ts'
import { autosave } from '../reply.ts'
import type { SlashCommand } from './slash-command.ts'

export const system: SlashCommand = {
  names: ['system'],
  argument: '[TEXT|none]',
  summary: 'show or set the system message',
  suggest: () => ['none'],
  async run(chat, argument) {
    if (argument === '') {
      const { system: current } = chat.conversation
      return current === undefined
        ? chat.terminal.hint('No system message. /system TEXT sets one.')
        : chat.terminal.write(`${current}\n`)
    }
    chat.conversation = { ...chat.conversation, system: argument === 'none' ? undefined : argument }
    chat.terminal.hint(argument === 'none' ? 'The system message is gone.' : 'The system message is set.')
    await autosave(chat)
  },
}

export const set: SlashCommand = {
  names: ['set'],
  argument: '[NAME VALUE|default]',
  summary: 'show or change settings',
  suggest: () => [...settingNames, reasoning].map((name) => `${name} `),
  async run(chat, argument) {
    const { options } = chat.conversation
    const [, name = '', value = ''] = /^(\S*)\s*([^]*)$/.exec(argument) ?? []
    if (name === '')
      return chat.terminal.write(`${[...describeSettings(options), describeReasoning(chat)].join('\n')}\n`)
    if (name === reasoning) return setReasoning(chat, value)
    if (!isSettingName(name)) {
      const names = [...settingNames, reasoning]
      const nearest = findNearest(name, names)
      const advice = nearest ? `did you mean "${nearest}"?` : `there is: ${names.join(', ')}`
      throw new AppError('invalid_request', `there is no setting "${name}"; ${advice}`)
    }
    if (value === '') return chat.terminal.write(`${name} = ${formatSetting(options[name])}\n`)
    chat.conversation = { ...chat.conversation, options: applySetting(options, name, value) }
    chat.terminal.hint(`${name} = ${formatSetting(chat.conversation.options[name])}`)
    await autosave(chat)
  },
}

/** A setting of this terminal; the model thinks all the same. */
const reasoning = 'reasoning'
const shown = ({ showReasoning }: Chat) => (showReasoning ? 'on' : 'off')
const describeReasoning = (chat: Chat) =>
  `  ${reasoning.padEnd(20)}${shown(chat).padEnd(12)}show what the model thinks before it answers`

function setReasoning(chat: Chat, value: string): void {
  if (value === '') return chat.terminal.write(`${reasoning} = ${shown(chat)}\n`)
  if (!['on', 'off', 'default'].includes(value))
    throw new AppError('invalid_request', `${reasoning} must be on or off, not "${value}"`, {
      param: reasoning,
    })
  chat.showReasoning = value !== 'off'
  chat.terminal.hint(`${reasoning} = ${shown(chat)}`)
}

export const model: SlashCommand = {
  names: ['model'],
  argument: '[NAME]',
  summary: 'list the models, or go on with another',
  suggest: async (chat) => (await chat.backend.models()).map(({ id }) => id),
  async run(chat, argument) {
    const choices = await chat.backend.models()
    if (argument !== '') {
      chat.conversation = { ...chat.conversation, model: chooseModel(choices, argument) }
      chat.terminal.hint(`Going on with ${chat.conversation.model}.`)
      return autosave(chat)
    }
    const current = chat.conversation.model
    const names = choices.some(({ id }) => id === current)
      ? choices
      : [{ id: current, loaded: false }, ...choices]
    const rows = names.map(
      ({ id, loaded }) => `${id === current ? '*' : ' '} ${id}${loaded ? '  (loaded)' : ''}`,
    )
    chat.terminal.write(`${rows.join('\n')}\n`)
  },
}

export const verbose: SlashCommand = {
  names: ['verbose'],
  argument: '[on|off]',
  summary: 'figures after each answer',
  suggest: () => ['on', 'off'],
  run(chat, argument) {
    if (!['', 'on', 'off'].includes(argument))
      throw new AppError('invalid_request', `/verbose takes on or off, not "${argument}"`)
    chat.verbose = argument === '' ? !chat.verbose : argument === 'on'
    chat.terminal.hint(`Figures after each answer: ${chat.verbose ? 'on' : 'off'}.`)
  },
}
