import { setTimeout as sleep } from 'node:timers/promises'
import { continueSchedule } from '../arrivals/continue-schedule.ts'
import { shareSchedule, takeNumber, type Share } from '../lanes/share.ts'
import type { ClosedLoad, OpenLoad } from '../options.ts'
import type { Prompts } from '../prompts/prompts.ts'
import type { Prompt } from '../prompts/prompt.ts'
import type { OpenDispatch } from '../record/dispatch-summary.ts'
import type { Attempt, Issue } from '../wire/attempt.ts'
import { monotonicOffset } from '../wire/monotonic.ts'
import { runClosedLoop } from './closed-loop.ts'
import type { CoolDown } from './cool-down.ts'
import { runOpenLoop } from './open-loop.ts'
import { runOpenSessions } from './run-open-sessions.ts'
import { runSessions } from './run-sessions.ts'
import { spreadStarts } from './spread-starts.ts'

/** Sends one request on a slot, and resolves once it is over. */
export type SendOne = (issue: Issue, slot: number, prompt?: Prompt) => Promise<Attempt>
export type Offered = { dispatch?: OpenDispatch; idleMs: number }
export type Turn = {
  signal: AbortSignal
  share: Share
  startAt: number
  /** Connections of all threads. */
  width: number
  send: SendOne
  prompts: Prompts
  cool: { down: CoolDown; send: SendOne } | undefined
}

/** Of a server that has gone away. Asking a thousand times a second for the rest of a run fills the result with nothing else. */
const afterAbsenceMs = 100

const pauseAfterAbsence =
  ({ send, signal }: Turn): SendOne =>
  async (...request) => {
    const attempt = await send(...request)
    if (attempt.failure?.kind === 'connect')
      await sleep(afterAbsenceMs, undefined, { signal }).catch(() => {})
    return attempt
  }

export const offerClosedLoad = async (load: ClosedLoad, turn: Turn): Promise<Offered> => {
  const { signal, share, startAt, width, cool } = turn
  const send = load.durationMs === undefined ? turn.send : pauseAfterAbsence(turn)
  const beginAfter = spreadStarts(load, share, width)
  if (load.session !== undefined) {
    await runSessions({ ...turn, send, load, session: load.session, beginAfter })
    return { idleMs: 0 }
  }
  const { concurrency, requests, durationMs } = load
  await runClosedLoop({
    concurrency,
    signal,
    startAt,
    beginAfter,
    take: takeNumber(share),
    issue: async (index, slot) => void (await send({ index }, slot)),
    ...(requests !== undefined && { requests }),
    ...(durationMs !== undefined && { durationMs }),
    ...(cool !== undefined && {
      cool: { ...cool.down, issue: async (index, slot) => void (await cool.send({ index }, slot)) },
    }),
  })
  return { idleMs: 0 }
}

export const offerOpenLoad = async (load: OpenLoad, schedule: Float64Array, turn: Turn): Promise<Offered> => {
  const { signal, share, startAt, send, cool } = turn
  const offset = monotonicOffset()
  const next = ownMoments(load, schedule, turn)
  if (load.session !== undefined) {
    const held = await runOpenSessions({
      ...turn,
      load,
      session: load.session,
      schedule,
      cool: cool && { ...cool, next },
    })
    const shift = (times: number[]): number[] => times.map((time) => time + offset)
    return { dispatch: { ...held, dues: shift(held.dues), starts: shift(held.starts) }, idleMs: held.idleMs }
  }
  const own = shareSchedule(schedule, share)
  const dues: number[] = []
  const starts: number[] = []
  const { part, parts } = share
  const dispatch = await runOpenLoop({
    schedule: own,
    maxConcurrency: load.maxConcurrency,
    signal,
    startAt,
    issue: async ({ index, slot, dueAt }) => {
      const { startedAt } = await send({ index: index * parts + part, dueAt }, slot)
      starts.push(offset + startedAt)
      dues.push(offset + dueAt)
    },
    ...(cool !== undefined && {
      cool: {
        ...cool.down,
        next,
        issue: async (index, slot) => void (await cool.send({ index }, slot)),
      },
    }),
  })
  const { idleMs } = dispatch
  return { dispatch: { ...dispatch, scheduled: own.length, dues, starts }, idleMs }
}

/** All threads draw the same moments, and each takes its own. */
const ownMoments = (load: OpenLoad, schedule: Float64Array, { prompts, share: { part, parts } }: Turn) => {
  const next = continueSchedule({ ...load, seed: prompts.seed }, schedule)
  let index = schedule.length - 1
  return (): { index: number; due: number } => {
    for (;;) {
      const due = next()
      index += 1
      // A trace's requests are those that it has.
      if (index % parts === part) return { index: load.times === undefined ? index : index % schedule.length, due } // prettier-ignore
    }
  }
}
