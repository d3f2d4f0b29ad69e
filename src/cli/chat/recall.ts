import { abridge, type Conversation, lastQuestion, titleOf } from './conversation.ts'
import type { Terminal } from './terminal.ts'

const lines = 3
const lineLength = 100

/** Enough of a loaded conversation to know where it stands. */
export function showConversation(terminal: Terminal, conversation: Conversation): void {
  const { turns, model, system } = conversation
  const size = `${turns.length} ${turns.length === 1 ? 'message' : 'messages'}`
  terminal.hint(`Going on with "${titleOf(conversation)}" (${model}, ${size}).`)
  if (system !== undefined) terminal.hint(`system: ${abridge(system, lineLength)}`)
  const question = lastQuestion(conversation)
  if (question !== undefined) terminal.hint(`>>> ${abridge(question, lineLength)}`)
  const last = turns.at(-1)
  if (last?.role === 'assistant') terminal.hint(shorten(last.content) + (last.stopped ? ' [stopped]' : ''))
  else if (last) terminal.hint('(not answered; /regen tries again)')
}

function shorten(text: string): string {
  const all = text
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
  const shown = all.slice(0, lines).map((line) => abridge(line, lineLength))
  return [...shown, ...(all.length > lines ? ['…'] : [])].join('\n')
}
