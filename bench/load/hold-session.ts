import type { Session } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { Prompt } from '../prompts/prompt.ts'
import { randomOf } from '../prompts/word-text.ts'
import type { Attempt, Issue } from '../wire/attempt.ts'

/** What all sessions of a thread share. Times are on the clock of `performance.now()`. */
export type SessionContext = {
  session: Session
  prompts: Prompts
  /** Whether the turns that were asked for are taken; asked once for each turn, before it is waited for. */
  isOver: (index: number) => boolean
  /** No turn begins after it. */
  deadline: number
  signal: AbortSignal
  /** Waits for the end of a thought; it may end early with the run. */
  think: (until: number) => Promise<void>
  send: (issue: Issue, slot: number, prompt: Prompt) => Promise<Attempt>
}

type Message = { role: string; content: string }

/**
 * One conversation: it asks, waits for the answer, thinks, and asks again with all that was said before. A turn that
 * fails or is cancelled is left out of the history, and the session goes on. With `dueAt`, the moment at which the
 * schedule wanted it to begin, latencies count from there and then from the end of each thought.
 */
export const holdSession = async (
  context: SessionContext,
  number: number,
  slot: number,
  dueAt?: number,
): Promise<void> => {
  const { session, prompts, isOver, deadline, signal, think, send } = context
  const { turns } = session
  const history: unknown[] = []
  const random = randomOf(`${prompts.seed} think ${number}`)
  let due = dueAt
  let answeredAt = 0
  for (let turn = 0; turn < turns; turn += 1) {
    const index = number * turns + turn
    const asked = messageOf(prompts, number, turn, turns)
    if (asked === undefined || isOver(index)) return
    if (turn > 0) {
      const until = answeredAt + session.think.from + random() * (session.think.to - session.think.from)
      await think(Math.min(until, deadline))
      if (due !== undefined) due = until
    }
    // A session that was due in time has begun in time, however long it waited for its turn to be sent.
    if (signal.aborted || (due ?? performance.now()) >= deadline) return
    const { messages } = asked
    const { reply, failure, endedAt } = await send(
      { index, turn, ...(due !== undefined && { dueAt: due }) },
      slot,
      {
        ...asked.prompt,
        messages: [...history, ...messages],
      },
    )
    answeredAt = endedAt
    if (failure === undefined) history.push(...messages, answerOf(reply.text))
  }
}

const answerOf = (text = ''): Message => ({ role: 'assistant', content: text })

type Asked = { prompt: Omit<Prompt, 'text' | 'messages'>; messages: unknown[] }

/** Prompts that hold several messages bring them all; an answer among them is the file's, not the server's. */
const messageOf = (prompts: Prompts, number: number, turn: number, turns: number): Asked | undefined => {
  const found =
    prompts.turnAt === undefined ? prompts.at(number * turns + turn) : prompts.turnAt(number, turn)
  if (found === undefined) return undefined
  const { text, messages, ...prompt } = found
  return { prompt, messages: messages ?? [{ role: 'user', content: text }] }
}
