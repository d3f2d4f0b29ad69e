import { setTimeout } from 'node:timers/promises'
import { takeNumber, takeTurn, type Share } from '../lanes/share.ts'
import type { ClosedLoad, Session } from '../options.ts'
import type { Prompt, Prompts } from '../prompts/prompts.ts'
import { randomOf } from '../prompts/word-text.ts'
import type { Attempt, Issue } from '../wire/attempt.ts'
import type { CoolDown } from './cool-down.ts'
import { runClosedLoop } from './closed-loop.ts'

export type Sessions = {
  load: ClosedLoad
  session: Session
  prompts: Prompts
  share: Share
  startAt: number
  beginAfter: (slot: number) => number
  signal: AbortSignal
  send: Send
  cool: { down: CoolDown; send: Send } | undefined
}

type Send = (issue: Issue, slot: number, prompt: Prompt) => Promise<Attempt>

type Message = { role: string; content: string }

/**
 * Each connection holds one session after the other: it asks, waits for the answer, thinks, and asks again with all
 * that was said before. A turn that fails or is cancelled is left out of the history, and the session goes on.
 */
export const runSessions = async ({
  load,
  session,
  prompts,
  share,
  startAt,
  beginAfter,
  signal,
  send,
  cool,
}: Sessions): Promise<void> => {
  const { turns } = session
  const most = load.requests ?? Number.POSITIVE_INFINITY
  // Sessions that differ in length have to be counted as they go.
  const differ = prompts.turnAt !== undefined
  const take = takeTurn(share)
  const end = load.durationMs === undefined ? Number.POSITIVE_INFINITY : startAt + load.durationMs
  const measured: Rules = {
    isOver: (index) => (differ ? take() : index) >= most,
    deadline: end,
    signal,
    send,
  }
  const hold = (number: number, slot: number, rules: Rules): Promise<void> =>
    holdSession({ number, slot, session, prompts }, rules)
  await runClosedLoop({
    concurrency: load.concurrency,
    signal,
    startAt,
    beginAfter,
    take: takeNumber(share),
    issue: (number, slot) => hold(number, slot, measured),
    ...(load.requests !== undefined && { requests: differ ? most : Math.ceil(most / turns) }),
    ...(load.durationMs !== undefined && { durationMs: load.durationMs }),
    ...(cool !== undefined && {
      cool: { ...cool.down, issue: (number, slot) => hold(number, slot, uncounted(cool)) },
    }),
  })
}

/** When a session ends before its last turn, and how its turns are sent. */
type Rules = { isOver(index: number): boolean; deadline: number; signal: AbortSignal; send: Send }

const uncounted = ({ down, send }: NonNullable<Sessions['cool']>): Rules => ({
  isOver: down.isOver,
  deadline: Number.POSITIVE_INFINITY,
  signal: down.signal,
  send,
})

type Held = Pick<Sessions, 'session' | 'prompts'> & { number: number; slot: number }

const holdSession = async (
  { number, slot, session: { turns, think }, prompts }: Held,
  { isOver, deadline, signal, send }: Rules,
): Promise<void> => {
  const history: unknown[] = []
  const random = randomOf(`${prompts.seed} think ${number}`)
  for (let turn = 0; turn < turns; turn += 1) {
    const index = number * turns + turn
    const asked = messageOf(prompts, number, turn, turns)
    if (asked === undefined || isOver(index)) return
    if (turn > 0) await pause(think.from + random() * (think.to - think.from), deadline, signal)
    if (signal.aborted || performance.now() >= deadline) return
    const { messages } = asked
    const { reply, failure } = await send({ index, turn }, slot, {
      ...asked.prompt,
      messages: [...history, ...messages],
    })
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

/** Ends early with the run: nobody waits for a thought whose question will not be sent. */
const pause = async (milliseconds: number, deadline: number, signal: AbortSignal): Promise<void> => {
  const left = Math.min(milliseconds, deadline - performance.now())
  if (left <= 0) return
  await setTimeout(left, undefined, { signal }).catch(() => undefined)
}
