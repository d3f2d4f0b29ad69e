import type { EngineStatus } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import { advance, fillBatch, type Sequence } from './batch.ts'
import type { NativeContext, NativeSampler } from './binding.ts'
import { createCounters } from '../../engine/counters.ts'
import { acceptToken, createJob, finishJob, type Job, type JobInput, type Vocabulary } from './job.ts'
import { planStep, type Chunk } from './plan-step.ts'
import { freeSampler } from './sampler-config.ts'
import type { Slot } from './slot.ts'
import { createSlotTable, type SlotTable } from './slot-table.ts'
import type { ThreadControl } from './thread-control.ts'

export type SchedulerOptions = {
  context: NativeContext
  threads: ThreadControl
  vocabulary: Vocabulary
  createSampler(): NativeSampler
  slots: number
  contextLength: number
  /** Most tokens in one decode. */
  batchTokens: number
  /** Of sliding window attention; 0 when the model has none. */
  windowSize: number
}

const cancelled = () => new AppError('cancelled', 'the request was cancelled')

/**
 * Iteration-level scheduling: every decode step takes in who has arrived and lets go who has finished.
 * Between planning a step and starting its decode nothing is awaited, so a plan is never out of date;
 * readers of the events run while the next decode does.
 */
export class Scheduler {
  readonly #context: NativeContext
  readonly #threads: ThreadControl
  readonly #vocabulary: Vocabulary
  readonly #budget: number
  readonly #table: SlotTable
  readonly #counters = createCounters()
  readonly #waiting: Job[] = []
  /** Who wants the slots' prompts forgotten. */
  readonly #resets: (() => void)[] = []
  #closing: AppError | undefined
  #loop: Promise<void> | undefined
  /** When the step in flight could begin: the last one's end, or the arrival that woke the loop. */
  #lastStep = 0

  constructor(options: SchedulerOptions) {
    this.#context = options.context
    this.#threads = options.threads
    this.#vocabulary = options.vocabulary
    this.#budget = Math.max(options.batchTokens, options.slots)
    this.#table = createSlotTable(options)
  }

  submit(input: JobInput, signal: AbortSignal): Job {
    const job = createJob(input, () => this.#end(job, cancelled()))
    this.#waiting.push(job)
    if (this.#closing !== undefined) this.#end(job, this.#closing)
    if (signal.aborted) this.#end(job, cancelled())
    if (job.ending !== undefined) return job
    if (input.maxTokens < 1) return this.#answerNothing(job)
    const abort = () => this.#end(job, cancelled())
    signal.addEventListener('abort', abort, { once: true })
    void job.events.ended.then(() => signal.removeEventListener('abort', abort))
    this.#wake()
    return job
  }

  status(): EngineStatus {
    const { slots, busySlots } = this.#table.status()
    return {
      slots,
      busySlots,
      waiting: this.#waiting.length,
      stepAgeMs: this.#loop === undefined ? 0 : performance.now() - this.#lastStep,
      threads: this.#threads.count(),
      counters: this.#counters.read(),
    }
  }

  /** Between two steps, because no native call may run then. */
  async resetPrefixCache(): Promise<void> {
    if (this.#closing !== undefined) throw this.#closing
    await new Promise<void>((resolve) => {
      this.#resets.push(resolve)
      this.#wake()
    })
  }

  /** Ends everything with `error`; resolves when no native call is running. */
  async close(error: AppError): Promise<void> {
    this.#closing ??= error
    for (const job of [...this.#waiting, ...this.#table.jobs()]) this.#end(job, this.#closing)
    while (this.#loop !== undefined) await this.#loop
    this.#table.dispose()
  }

  /** Nothing was asked for, so nothing is evaluated. */
  #answerNothing(job: Job): Job {
    this.#waiting.pop()
    job.times.started = job.times.firstToken = performance.now()
    finishJob(job, 'length')
    return job
  }

  /** Waiting jobs leave at once, running ones after the decode in flight. */
  #end(job: Job, error: AppError): void {
    job.ending ??= error
    const place = this.#waiting.indexOf(job)
    if (place === -1) return
    this.#waiting.splice(place, 1)
    this.#fail(job, job.ending)
  }

  #fail(job: Job, error: AppError): void {
    if (error.code === 'cancelled') this.#counters.cancelled()
    job.events.end(error)
  }

  /** Sleeping costs nothing: the loop exists only while there is work. */
  #wake(): void {
    if (this.#loop === undefined) this.#lastStep = performance.now()
    this.#loop ??= Promise.resolve()
      .then(() => this.#run())
      .finally(() => {
        this.#loop = undefined
        if (this.#waiting.length > 0 || this.#resets.length > 0) this.#wake()
      })
  }

  async #run(): Promise<void> {
    for (;;) {
      const chunks = this.#plan()
      if (chunks.length === 0) return
      try {
        await this.#step(chunks)
      } catch (cause) {
        this.#recover(chunks, cause)
      }
    }
  }

  #plan(): Chunk<Sequence>[] {
    for (const job of this.#table.jobs()) {
      if (job.ending === undefined) continue
      this.#table.release(job)
      this.#fail(job, job.ending)
    }
    if (this.#resets.length > 0) this.#table.forget()
    for (const done of this.#resets.splice(0)) done()
    while (this.#waiting.length > 0 && this.#table.hasFree()) {
      const job = this.#waiting.shift()!
      this.#counters.admitted(this.#table.admit(job))
    }
    return planStep(this.#table.sequences(), this.#budget)
  }

  async #step(chunks: Chunk<Sequence>[]): Promise<void> {
    const logits = fillBatch(this.#context, chunks)
    await this.#decode(chunks)
    const sampling = chunks.filter((chunk) => chunk.samples).map((chunk) => chunk.sequence)
    const tokens = await Promise.all(
      sampling.map((sequence, index) => this.#context.sampleToken(logits[index]!, sequence.slot.sampler!)),
    )
    this.#lastStep = performance.now()
    this.#counters.stepped(tokens.length)
    this.#counters.prefilled(advance(chunks))
    for (const [index, sequence] of sampling.entries()) this.#settle(sequence, tokens[index]!)
  }

  async #decode(chunks: Chunk<Sequence>[]): Promise<void> {
    const rows = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
    this.#threads.beforeStep({ rows, prefill: chunks.some((chunk) => !chunk.sequence.generating) })
    const started = performance.now()
    await this.#context.decodeBatch()
    this.#threads.afterStep(performance.now() - started)
  }

  /** What one sampled token means for its sequence. */
  #settle({ slot, job }: Sequence, token: number): void {
    if (job.ending !== undefined) return
    if (token < 0) {
      this.#table.release(job)
      return this.#fail(job, new AppError('engine_failed', 'the model left no token to choose from'))
    }
    if (slot.nextToken === undefined) job.times.firstToken = performance.now()
    slot.nextToken = token
    const reason = acceptToken(job, token, this.#vocabulary)
    if (reason === undefined) return freeAfterLeast(slot, job, token)
    this.#table.release(job)
    finishJob(job, reason)
  }

  /** After a failed native call the KV cells of this batch are in doubt: these requests end, the others go on. */
  #recover(chunks: Chunk<Sequence>[], cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    for (const { sequence } of chunks) {
      this.#table.clear(sequence.slot)
      if (sequence.slot.job !== sequence.job) continue
      this.#table.release(sequence.job)
      this.#fail(
        sequence.job,
        new AppError('engine_failed', `llama.cpp failed in a decode step: ${reason}`, { cause }),
      )
    }
  }
}

/** Its least number of tokens is there: from here on the answer may end. */
function freeAfterLeast({ sampler, cached }: Slot, job: Job, token: number): void {
  if (job.freeSampler === undefined || job.completionTokens !== job.minTokens) return
  const evaluated = cached.tokens.subarray(job.prompt.length, cached.length)
  freeSampler(sampler!, job.freeSampler, Uint32Array.of(...evaluated, token))
}
