import type { Chat } from './chat-state.ts'
import { withQuestion } from './conversation.ts'
import { createMultiLine, type Entry } from './multi-line.ts'
import { reply } from './reply.ts'
import { completeSlash, runSlash } from './slash/run-slash.ts'

const prompt = '>>> '
const continuation = '... '
const leaveHint = 'Use Ctrl-D or /bye to leave.'

/** Reads, answers, and comes back until the person leaves. No failure of the server or the disk ends it. */
export async function runRepl(chat: Chat): Promise<void> {
  while (true) {
    const entry = await readEntry(chat)
    if (entry === undefined) return
    if (entry.text.trim() === '') continue
    await remember(chat, entry.raw)
    const isSlash = !entry.literal && entry.text.startsWith('/')
    if (isSlash && !entry.text.startsWith('//')) {
      if ((await runSlash(chat, entry.text)) === 'leave') return
    } else {
      chat.conversation = withQuestion(chat.conversation, isSlash ? entry.text.slice(1) : entry.text)
      await reply(chat, chat.conversation)
    }
    chat.terminal.write('\n')
  }
}

/** One complete entry; undefined when the person leaves. */
async function readEntry(chat: Chat): Promise<Entry | undefined> {
  const multiLine = createMultiLine()
  while (true) {
    const input = await chat.terminal.readLine({
      prompt: multiLine.open ? continuation : prompt,
      history: chat.history.entries(),
      complete: (line) => completeSlash(chat, line),
    })
    if (input.type === 'end') return undefined
    if (input.type === 'interrupt') {
      if (input.wasEmpty && !multiLine.open) chat.terminal.hint(leaveHint)
      multiLine.reset()
      continue
    }
    const entry = multiLine.feed(input.text)
    if (entry !== undefined) return entry
  }
}

const complained = new WeakSet<Chat>()

async function remember(chat: Chat, entry: string): Promise<void> {
  try {
    await chat.history.add(entry)
  } catch (error) {
    if (!complained.has(chat))
      chat.terminal.hint(`The history is not being saved: ${(error as Error).message}`)
    complained.add(chat)
  }
}
