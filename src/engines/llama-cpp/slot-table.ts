import { pickSlot } from '../../engine/pick-slot.ts'
import { toSequence, type Sequence } from './batch.ts'
import type { NativeContext, NativeSampler } from './binding.ts'
import type { Job } from './job.ts'
import { resetSampler } from './sampler-config.ts'
import { clearSlot, createSlot, reusePrefix, type Slot } from './slot.ts'

export type SlotTable = {
  status(): { slots: number; busySlots: number }
  hasFree(): boolean
  /** Gives the job the free slot that saves most work; returns how many prompt tokens it already holds. */
  admit(job: Job): number
  release(job: Job): void
  /** Forgets what the slot's cache holds. */
  clear(slot: Slot): void
  /** Forgets what free slots hold, and what busy ones do as soon as they are free. */
  forget(): void
  /** In order of arrival, like `sequences`. */
  jobs(): Job[]
  sequences(): Sequence[]
  dispose(): void
}

export type SlotTableOptions = {
  context: NativeContext
  createSampler(): NativeSampler
  slots: number
  contextLength: number
  windowSize: number
}

export function createSlotTable(options: SlotTableOptions): SlotTable {
  const { context, contextLength, windowSize } = options
  const slots = Array.from({ length: options.slots }, (_, sequence) => createSlot(sequence, contextLength))
  const running = new Map<Job, Slot>()
  let uses = 0
  return {
    status: () => ({ slots: slots.length, busySlots: running.size }),
    hasFree: () => running.size < slots.length,
    admit(job) {
      const free = slots.filter((slot) => slot.job === undefined)
      const slot = pickSlot(free, job.prompt)!
      job.cachedTokens = reusePrefix(slot, job.prompt, context, windowSize)
      job.times.started = performance.now()
      slot.sampler ??= options.createSampler()
      resetSampler(slot.sampler, job.sampler)
      slot.nextToken = undefined
      slot.job = job
      running.set(job, slot)
      return job.cachedTokens
    },
    release(job) {
      const slot = running.get(job)
      if (slot === undefined) return
      running.delete(job)
      slot.job = undefined
      slot.lastUsed = ++uses
      if (slot.isForgotten) clearSlot(slot, context)
      slot.isForgotten = false
    },
    clear: (slot) => clearSlot(slot, context),
    forget() {
      for (const slot of slots) {
        if (slot.job === undefined) clearSlot(slot, context)
        else slot.isForgotten = true
      }
    },
    jobs: () => [...running.keys()],
    sequences: () => [...running].map(([job, slot]) => toSequence(slot, job)),
    dispose() {
      for (const slot of slots) slot.sampler?.dispose()
    },
  }
}
