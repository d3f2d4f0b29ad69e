import { setTimeout } from 'node:timers/promises'
import { takeNumber, takeTurn, type Share } from '../lanes/share.ts'
import type { ClosedLoad, Session } from '../options.ts'
import { runClosedLoop } from './closed-loop.ts'
import { holdSession, type SessionContext } from './hold-session.ts'

export type Sessions = Pick<SessionContext, 'prompts' | 'signal' | 'send'> & {
  load: ClosedLoad
  session: Session
  share: Share
  startAt: number
}

/** Each connection holds one session after the other. */
export const runSessions = async ({ load, session, share, startAt, ...shared }: Sessions): Promise<void> => {
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
    take: takeNumber(share),
    issue: (number, slot) => holdSession(context, number, slot),
    ...(load.requests !== undefined && { requests: differ ? most : Math.ceil(most / session.turns) }),
    ...(load.durationMs !== undefined && { durationMs: load.durationMs }),
  })
}

/** Nothing counts from its end, so a timer is exact enough. */
const pause = async (until: number, signal: AbortSignal): Promise<void> => {
  const left = until - performance.now()
  if (left <= 0) return
  await setTimeout(left, undefined, { signal }).catch(() => undefined)
}
