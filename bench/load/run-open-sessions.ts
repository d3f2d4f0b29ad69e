import { shareSchedule, takeTurn, type Share } from '../lanes/share.ts'
import type { OpenLoad, Session } from '../options.ts'
import type { Attempt } from '../wire/attempt.ts'
import { holdSession, type SessionContext } from './hold-session.ts'
import { createCoolSessions, type Cool } from './cool-sessions.ts'
import { runOpenLoop, type CoolSchedule, type Dispatch } from './open-loop.ts'
import { createIdleClock, waitUntil } from './wait-until.ts'

export type OpenSessions = Pick<SessionContext, 'prompts' | 'signal' | 'send'> & {
  load: OpenLoad
  session: Session
  /** When sessions are due, of all threads. */
  schedule: Float64Array
  share: Share
  startAt: number
  cool: (Cool & { next: CoolSchedule['next'] }) | undefined
}

/** `dues` and `starts` are those of first turns: what the schedule is about. */
export type SessionDispatch = Dispatch & { scheduled: number; dues: number[]; starts: number[] }

/** Of sessions of different lengths nobody knows how many it takes; after the last turn none is waited for. */
const createTurnLimit = (share: Share, most: number, over: AbortController): (() => boolean) => {
  const take = takeTurn(share)
  return () => {
    const taken = take()
    if (taken >= most - 1) over.abort()
    return taken >= most
  }
}

/**
 * Sessions begin on a schedule, whether or not earlier ones have ended; each goes through its turns by itself. The limit
 * on concurrency is one on sessions: one that thinks keeps its place.
 */
export const runOpenSessions = async (sessions: OpenSessions): Promise<SessionDispatch> => {
  const { load, session, schedule, share, startAt, signal, prompts, send, cool } = sessions
  const most = load.requests ?? Number.POSITIVE_INFINITY
  const over = new AbortController()
  const idle = createIdleClock()
  const [late, dues, starts]: [number[], number[], number[]] = [[], [], []]
  let idleMs = 0
  const context: SessionContext = {
    session,
    prompts,
    signal,
    deadline: load.durationMs === undefined ? Number.POSITIVE_INFINITY : startAt + load.durationMs,
    isOver: prompts.turnAt === undefined ? (index) => index >= most : createTurnLimit(share, most, over),
    async think(until) {
      idleMs += await waitUntil(until, signal, idle)
    },
    async send(issue, slot, prompt): Promise<Attempt> {
      const { dueAt = performance.now(), turn } = issue
      if (turn !== 0) late.push(performance.now() - dueAt)
      const attempt = await send(issue, slot, prompt)
      if (turn !== 0) return attempt
      starts.push(attempt.startedAt)
      dues.push(dueAt)
      return attempt
    },
  }
  const own = shareSchedule(schedule, share)
  const dispatch = await runOpenLoop({
    schedule: own,
    maxConcurrency: load.maxConcurrency,
    startAt,
    signal: AbortSignal.any([signal, over.signal]),
    idle,
    issue: ({ index, slot, dueAt }) => holdSession(context, index * share.parts + share.part, slot, dueAt),
    ...(cool !== undefined && {
      cool: { ...cool.down, next: cool.next, issue: createCoolSessions(context, cool) },
    }),
  })
  return {
    ...dispatch,
    late: [...dispatch.late, ...late],
    idleMs: dispatch.idleMs + idleMs,
    scheduled: over.signal.aborted ? dispatch.late.length : own.length,
    dues,
    starts,
  }
}
