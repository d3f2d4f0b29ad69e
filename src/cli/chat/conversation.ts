import type { ChatOptions, ChatRequest } from './completer.ts'

/** `stopped`: the person cut the answer off; the model sees what there was. */
export type Turn = { role: 'user' | 'assistant'; content: string; stopped?: true | undefined }

export type Conversation = {
  id: string
  createdAt: string
  model: string
  system?: string | undefined
  options: ChatOptions
  turns: Turn[]
}

export const createConversation = (
  start: Pick<Conversation, 'model' | 'system' | 'options'>,
  now: Date,
): Conversation => ({ ...start, id: automaticId(now), createdAt: now.toISOString(), turns: [] })

/** Sorts by time; the random tail keeps two terminals apart. */
const automaticId = (now: Date): string => {
  const [date, time] = now.toISOString().slice(0, 23).replaceAll(/[-:]/g, '').split('T')
  return `${date}-${time?.replace('.', '-')}-${Math.random().toString(36).slice(2, 6).padEnd(4, '0')}`
}

/** A question that never got its answer gives way to the new one: two user turns in a row break many templates. */
export const withQuestion = (conversation: Conversation, content: string): Conversation => ({
  ...conversation,
  turns: [...withoutQuestion(conversation).turns, { role: 'user', content }],
})

export const withAnswer = (conversation: Conversation, content: string, stopped: boolean): Conversation => ({
  ...conversation,
  turns: [...conversation.turns, { role: 'assistant', content, ...(stopped && { stopped: true as const }) }],
})

export const awaitsAnswer = (conversation: Conversation): boolean =>
  conversation.turns.at(-1)?.role === 'user'

/** Ready to be answered again; undefined when there is no question. */
export const withoutAnswer = (conversation: Conversation): Conversation | undefined => {
  if (awaitsAnswer(conversation)) return conversation
  return conversation.turns.length === 0
    ? undefined
    : { ...conversation, turns: conversation.turns.slice(0, -1) }
}

/** Without the last question and its answer, if it had one; undefined when there is none. */
export const withoutExchange = (conversation: Conversation): Conversation | undefined => {
  const last = conversation.turns.findLastIndex((turn) => turn.role === 'user')
  return last === -1 ? undefined : { ...conversation, turns: conversation.turns.slice(0, last) }
}

export const lastQuestion = (conversation: Conversation): string | undefined =>
  conversation.turns.findLast((turn) => turn.role === 'user')?.content

export const toRequest = ({ model, system, options, turns }: Conversation): ChatRequest => ({
  model,
  options,
  messages: [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    ...turns.map(({ role, content }) => ({ role, content })),
  ],
})

/** One line, short enough for a list. */
export const abridge = (text: string, length = 60): string => {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`
}

export const titleOf = (conversation: Conversation): string =>
  abridge(conversation.turns.find((turn) => turn.role === 'user')?.content ?? 'empty')

function withoutQuestion(conversation: Conversation): Conversation {
  return awaitsAnswer(conversation)
    ? { ...conversation, turns: conversation.turns.slice(0, -1) }
    : conversation
}
