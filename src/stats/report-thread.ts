import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Answer, Question } from './report-worker.ts'
import type { ReportName, Reports } from './reports.ts'

export type ReportReader = {
  /** Rejects with `store_unavailable`, `overloaded` or, when `signal` aborts while it waits, its reason. */
  ask<Name extends ReportName>(
    name: Name,
    query: Reports[Name]['query'],
    signal: AbortSignal,
  ): Promise<Reports[Name]['answer']>
  close(): Promise<void>
}

export type ReportReaderOptions = {
  /** Of the store. */
  address: string
  log: Logger
  /** Longest time for one answer. */
  limitMs?: number
  /** The thread ends when nobody has asked for so long. */
  idleMs?: number
}

type Job = Question & { signal: AbortSignal; done(answer: never): void; fail(cause: unknown): void }

const closing = () => new AppError('draining', 'the server is shutting down; try again in a moment')
const retryMs = 2000
const unavailable = () =>
  new AppError(
    'store_unavailable',
    'the store of usage cannot be read now; try again in a moment, or ask for less time',
    { retryAfterMs: retryMs },
  )
const tooMany = () =>
  new AppError('overloaded', 'too many reports are being read; try again in a moment', {
    retryAfterMs: retryMs,
  })
const most = 64
/** A report that needs more must fail alone, without the daemon. */
const resourceLimits = { maxOldGenerationSizeMb: 512 }

/**
 * Reads reports in a thread of their own, one after the other: SQLite answers synchronously, and a month of
 * histograms takes seconds to add up, which no other request may feel.
 */
export function createReportReader(options: ReportReaderOptions): ReportReader {
  const { limitMs = 60_000, idleMs = 60_000, log } = options
  const waiting: Job[] = []
  let thread: ReturnType<typeof startThread> | undefined
  let running = false
  let closed = false
  let idle: NodeJS.Timeout | undefined

  const end = async () => {
    clearTimeout(idle)
    const ending = thread
    thread = undefined
    await ending?.end()
  }
  async function work(): Promise<void> {
    running = true
    clearTimeout(idle)
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      if (job.signal.aborted) job.fail(job.signal.reason)
      else await run(job)
    }
    running = false
    if (!closed) idle = setTimeout(() => void end(), idleMs).unref()
  }
  async function run({ name, query, done, fail }: Job): Promise<void> {
    if (!thread?.isAlive()) thread = startThread(options.address)
    const answer = await thread.ask({ name, query }, limitMs)
    if ('answer' in answer) return done(answer.answer as never)
    if (closed) return fail(closing())
    // Not waited for: what hangs may hang on.
    if (answer.lost) void end()
    log.warn({ event: 'store.unavailable', reason: answer.failure }, 'a report could not be read')
    fail(unavailable())
  }

  return {
    ask: (name, query, signal) =>
      new Promise((done, fail) => {
        if (closed) return fail(closing())
        if (waiting.length >= most) return fail(tooMany())
        waiting.push({ name, query, signal, done, fail })
        if (!running) void work()
      }),
    close() {
      closed = true
      for (const { fail } of waiting.splice(0)) fail(closing())
      return end()
    },
  }
}

function startThread(address: string) {
  const file = import.meta.url.endsWith('.ts') ? './report-worker.ts' : './report-worker.js'
  const worker = new Worker(fileURLToPath(new URL(file, import.meta.url)), {
    workerData: address,
    resourceLimits,
    name: 'reports',
  })
  // It must not keep a daemon alive that wants to go.
  worker.unref()
  let settle: (answer: Answer & { lost?: true }) => void = () => undefined
  const lose = (failure: string) => settle({ failure, lost: true })
  worker.on('message', (answer: Answer) => settle(answer))
  worker.on('error', (cause) => lose(cause.message))
  let alive = true
  worker.on('exit', () => {
    alive = false
    lose('the thread of reports has ended')
  })
  return {
    isAlive: () => alive,
    ask: (question: Question, limitMs: number): Promise<Answer & { lost?: true }> =>
      new Promise((resolve) => {
        const timer = setTimeout(() => lose(`no answer for ${limitMs} ms`), limitMs)
        settle = (answer) => {
          clearTimeout(timer)
          settle = () => undefined
          resolve(answer)
        }
        worker.postMessage(question)
      }),
    end: async () => void (await worker.terminate()),
  }
}
