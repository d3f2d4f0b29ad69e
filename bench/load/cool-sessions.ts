import type { CoolDown } from './cool-down.ts'
import { holdSession, type SessionContext } from './hold-session.ts'
import { pause } from './pause.ts'

/** What goes on uncounted: the sessions themselves, and how their turns are sent. */
export type Cool = { down: CoolDown; send: SessionContext['send'] }

/** Sessions that keep the load up while the measured ones end: one for each call. */
export const createCoolSessions = (context: SessionContext, { down, send }: Cool): HoldSession => {
  const uncounted: SessionContext = {
    ...context,
    isOver: down.isOver,
    deadline: Number.POSITIVE_INFINITY,
    signal: down.signal,
    think: (until) => pause(until, down.signal),
    send,
  }
  return (number, slot) => holdSession(uncounted, number, slot)
}

type HoldSession = (number: number, slot: number) => Promise<void>
