import { createSlots } from './slots.ts'

export type Job = {
  /** Generations that this job starts together. */
  units: number
}

export interface Effects<J extends Job> {
  start(job: J): void
  /** The queue is full. */
  refuse(job: J): void
  /** `position` counts from 1: the next to start. */
  wait(job: J, position: number): void
}

export type Queue<J extends Job> = {
  submit(job: J): void
  /** A running job is over. */
  finish(job: J): void
  /** A waiting job goes away; nothing happens when it is not waiting. */
  leave(job: J): void
  /** From now on so many; running jobs keep theirs, waiting ones start where there are more. */
  resize(slots: number): void
  status(): { running: number; waiting: number; busySlots: number }
}

/**
 * Decides who runs, who waits and who is refused; acts only through `effects`. First in, first out, no
 * overtaking: a job with many units would otherwise never find enough free slots.
 * Synchronous, so it needs no lock and its tests need no clock.
 */
export function createQueue<J extends Job>(
  limits: { slots: number; queue: number },
  effects: Effects<J>,
): Queue<J> {
  const slots = createSlots<J>(limits.slots)
  const waiting: J[] = []

  const start = (job: J) => {
    slots.take(job, job.units)
    effects.start(job)
  }
  const advance = () => {
    let moved = false
    while (waiting.length > 0 && slots.fits(waiting[0]!.units)) {
      start(waiting.shift()!)
      moved = true
    }
    return moved
  }
  const announce = (from: number) => {
    for (let index = from; index < waiting.length; index++) effects.wait(waiting[index]!, index + 1)
  }

  return {
    submit(job) {
      if (waiting.length === 0 && slots.fits(job.units)) start(job)
      else if (waiting.length >= limits.queue) effects.refuse(job)
      else effects.wait(job, waiting.push(job))
    },
    finish(job) {
      if (slots.give(job) && advance()) announce(0)
    },
    leave(job) {
      const index = waiting.indexOf(job)
      if (index === -1) return
      waiting.splice(index, 1)
      announce(advance() ? 0 : index)
    },
    resize(count) {
      slots.resize(count)
      if (advance()) announce(0)
    },
    status: () => ({ ...slots.status(), waiting: waiting.length }),
  }
}
