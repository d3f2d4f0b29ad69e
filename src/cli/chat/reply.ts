import { collectAnswer } from './answer.ts'
import { createAnswerDisplay } from './answer-display.ts'
import type { Chat } from './chat-state.ts'
import { type Conversation, toRequest, withAnswer } from './conversation.ts'
import { explainError } from './explain-error.ts'
import { summarize } from './figures.ts'

/**
 * Answers the open question of `asked` on the terminal. What comes of it becomes the conversation; a failure
 * leaves `otherwise` (by default the question itself, so that `/regen` can try again).
 */
export async function reply(chat: Chat, asked: Conversation, otherwise: Conversation = asked): Promise<void> {
  const { terminal } = chat
  const abort = new AbortController()
  const stopListening = terminal.onInterrupt(() => abort.abort())
  const display = createAnswerDisplay(terminal, chat.showReasoning)
  terminal.status('thinking')
  const answer = await collectAnswer(chat.backend.complete, toRequest(asked), {
    signal: abort.signal,
    now: chat.now,
    onStatus: display.status,
    onReasoning: display.reasoning,
    onText: display.text,
  })
  stopListening()
  display.end()
  if (answer.type === 'failed') {
    chat.conversation = otherwise
    terminal.write(`${explainError(answer.error)}\n`)
    const full = answer.error.code === 'context_length_exceeded'
    if (!full) terminal.hint('Your message is kept: /regen tries again.')
  } else if (answer.type === 'stopped') {
    terminal.hint('[stopped]')
    chat.conversation = answer.text === '' ? otherwise : withAnswer(asked, answer.text, true)
  } else {
    chat.conversation = withAnswer(asked, answer.text, false)
    chat.figures.push(answer.figures)
    if (answer.text === '') terminal.hint('[the model gave an empty answer]')
    if (answer.reason === 'length') terminal.hint(lengthHint(chat.conversation))
    if (chat.verbose) terminal.hint(summarize(answer.figures))
  }
  await autosave(chat)
}

const lengthHint = ({ options }: Conversation): string =>
  options.max_tokens === undefined
    ? '[cut: the context is full; /undo or /clear makes room]'
    : `[cut at max_tokens ${options.max_tokens}; /set max_tokens N changes it]`

const complained = new WeakSet<Chat>()

/** A disk that refuses costs the copy, not the chat; said once. */
export async function autosave(chat: Chat): Promise<void> {
  if (chat.conversation.turns.length === 0) return
  try {
    await chat.sessions.save(chat.conversation)
  } catch (error) {
    if (!complained.has(chat))
      chat.terminal.hint(`This session is not being saved: ${(error as Error).message}`)
    complained.add(chat)
  }
}
