import { expect } from 'vitest'
import type { Priority } from './priority.ts'
import { Queue, type QueueLimits } from './queue.ts'
import type { Totals } from './totals.ts'
import type { Refusal, WaitingJob } from './waiting-room.ts'

export type NamedJob = WaitingJob & { name: string }

type Wanted = { key?: string; units?: number; priority?: Priority; bytes?: number; lastPlace?: number }

export const job = (name: string, wanted: Wanted = {}): NamedJob => ({
  name,
  key: 'k',
  units: 1,
  priority: 'normal',
  bytes: 0,
  lastPlace: Number.POSITIVE_INFINITY,
  ...wanted,
})

/** A queue that writes down what it does, and who runs and waits by its own account. */
export function openQueue(limits: Partial<QueueLimits> = {}, totals?: Totals) {
  const log: string[] = []
  const running = new Set<NamedJob>()
  const waiting = new Set<NamedJob>()
  const started: NamedJob[] = []
  const refused: { job: NamedJob; refusal: Refusal }[] = []
  const queue = new Queue<NamedJob>(
    { slots: 1, queue: 100, share: 1, ...limits },
    {
      start(each) {
        log.push(`start ${each.name}`)
        waiting.delete(each)
        expect(running).not.toContain(each)
        running.add(each)
        started.push(each)
      },
      refuse(each, refusal) {
        log.push(`refuse ${each.name}: ${refusal}`)
        waiting.delete(each)
        refused.push({ job: each, refusal })
      },
      wait(each) {
        log.push(`wait ${each.name}`)
        waiting.add(each)
      },
    },
    totals,
  )
  const finish = (each: NamedJob, ms = 1) => {
    running.delete(each)
    return queue.finish(each, ms)
  }
  const leave = (each: NamedJob) => {
    waiting.delete(each)
    queue.leave(each)
  }
  return {
    queue,
    log,
    running,
    waiting,
    started,
    refused,
    finish,
    leave,
    submit: (...jobs: NamedJob[]) => jobs.forEach((each) => queue.submit(each)),
    /** Names in the order of their starts, when each that runs ends at once. */
    drain(ms = 1): string[] {
      const from = started.length
      for (let next = running.values().next().value; next; next = running.values().next().value)
        finish(next, ms)
      return started.slice(from).map(({ name }) => name)
    },
  }
}

/** A small generator with a seed, so that a failure can be repeated. */
export const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}
