import { takeNumber, takeTurn, type Share } from '../lanes/share.ts'
import type { ClosedLoad, Session } from '../options.ts'
import { runClosedLoop } from './closed-loop.ts'
import { createCoolSessions, type Cool } from './cool-sessions.ts'
import { holdSession, type SessionContext } from './hold-session.ts'
import { pause } from './pause.ts'

export type Sessions = Pick<SessionContext, 'prompts' | 'signal' | 'send'> & {
  load: ClosedLoad
  session: Session
  share: Share
  startAt: number
  /** When a connection begins, in milliseconds after the start. */
  beginAfter: (slot: number) => number
  cool: Cool | undefined
}

/** Each connection holds one session after the other. */
export const runSessions = async (sessions: Sessions): Promise<void> => {
  const { load, session, share, startAt, beginAfter, cool, ...shared } = sessions
  const { prompts, signal } = shared
  const most = load.requests ?? Number.POSITIVE_INFINITY
  // Sessions that differ in length have to be counted as they go.
  const differ = prompts.turnAt !== undefined
  const take = takeTurn(share)
  const context: SessionContext = {
    ...shared,
    session,
    isOver: (index) => (differ ? take() : index) >= most,
    deadline: load.durationMs === undefined ? Number.POSITIVE_INFINITY : startAt + load.durationMs,
    think: (until) => pause(until, signal),
  }
  await runClosedLoop({
    concurrency: load.concurrency,
    signal,
    startAt,
    beginAfter,
    take: takeNumber(share),
    issue: (number, slot) => holdSession(context, number, slot),
    ...(load.requests !== undefined && { requests: differ ? most : Math.ceil(most / session.turns) }),
    ...(load.durationMs !== undefined && { durationMs: load.durationMs }),
    ...(cool !== undefined && {
      cool: { ...cool.down, issue: createCoolSessions(context, cool) },
    }),
  })
}
