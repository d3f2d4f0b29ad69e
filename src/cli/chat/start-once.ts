import { join } from 'node:path'
import { answerOnce, toJson } from './answer-once.ts'
import type { OnceOutput } from './once-output.ts'
import { type Beginning, beginConversation } from './begin-conversation.ts'
import type { ChatBackend } from './completer.ts'
import { withAnswer, withQuestion } from './conversation.ts'
import { summarize } from './figures.ts'
import { type PromptInput, readPrompt } from './read-prompt.ts'
import { createReasoningNotes } from './reasoning-notes.ts'
import { openSessions } from './sessions.ts'
import { createStatusLine } from './status-line.ts'
import { createDim } from './style.ts'

export type OnceStart = {
  backend: ChatBackend
  /** `<state>/chat`. */
  folder: string
  beginning: Beginning
  /** The `-p` text. */
  prompt: string | undefined
  verbose: boolean
  /** Shown on `messages`, where that is a terminal. */
  showReasoning: boolean
  /** Nothing goes to `output`; the caller prints the result. */
  json: boolean
  input: PromptInput
  output: OnceOutput
  /** Notes, figures and the spinner. */
  messages: OnceOutput
  environment: NodeJS.ProcessEnv
}

export type OnceEnd =
  | { type: 'answered'; result: ReturnType<typeof toJson> }
  | { type: 'interrupted' }
  | { type: 'closed' }

/** One question from the flags and stdin, one answer. Only `--continue` touches the saved sessions. */
export async function startOnce(start: OnceStart): Promise<OnceEnd> {
  const { backend, beginning, messages, output } = start
  const say = (text: string) => messages.write(`sluice: ${text}\n`)
  const question = await readPrompt(start.input, start.prompt, say)
  const sessions = openSessions(join(start.folder, 'sessions'))
  const { conversation, notes } = await beginConversation(beginning, backend, sessions)
  for (const note of notes) say(note)
  const asked = withQuestion(conversation, question)

  const animate = Boolean(messages.isTTY && output.isTTY) && start.environment.TERM !== 'dumb'
  const dim = createDim(messages, start.environment)
  const status = createStatusLine(messages, { animate, dim })
  const showReasoning = start.showReasoning && messages.isTTY === true && output.isTTY === true
  const abort = new AbortController()
  const interrupt = () => abort.abort()
  process.once('SIGINT', interrupt)
  try {
    const end = await answerOnce({
      complete: backend.complete,
      conversation: asked,
      output: start.json ? undefined : output,
      onStatus: (text) => status.show(text),
      reasoning: showReasoning && !start.json ? createReasoningNotes(messages, dim) : undefined,
      signal: abort.signal,
      now: () => performance.now(),
    })
    if (end.type !== 'answered') return end
    if (beginning.resume) await sessions.save(withAnswer(asked, end.answer.text, false))
    if (start.verbose) messages.write(`${summarize(end.answer.figures)}\n`)
    return { type: 'answered', result: toJson(end) }
  } finally {
    process.off('SIGINT', interrupt)
    status.show(undefined)
  }
}
