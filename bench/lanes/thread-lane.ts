import { Worker } from 'node:worker_threads'
import { AppError } from '../../src/errors.ts'
import type { FloorPart } from '../floor/floor.ts'
import { liveCounters } from '../load/live-run.ts'
import type { JournalBlock } from '../record/journal.ts'
import { replay } from '../record/replay.ts'
import { monotonicOffset } from '../wire/monotonic.ts'
import type { Lane, LaneContext, LaneMeasurement, Warmed } from './lane.ts'
import type { ThreadAnswer, ThreadRequest, ThreadTask, ThreadValue } from './messages.ts'

export type ThreadLane = Lane & {
  /** The thread's counters at this moment, in the order of `liveCounters`. */
  counters: Float64Array
}

/** About 100 MB. Reading them costs time on a core that the run may need, so it is left for the end where it can be. */
const maxWaitingBlocks = 64

/** The same as a lane in this thread; requests reach `record` when the thread hands them over. */
export const createThreadLane = (context: Omit<LaneContext, 'live'>): ThreadLane => {
  const counters = new SharedArrayBuffer(liveCounters.length * Float64Array.BYTES_PER_ELEMENT)
  const thread = startThread(context, counters)
  const waiting: { block: JournalBlock; offset: number }[] = []
  const here = monotonicOffset()
  const readBlocks = (left: number): void => {
    while (waiting.length > left) {
      const { block, offset } = waiting.shift()!
      replay(block, offset - here, context.record)
    }
  }
  const channel = createChannel(thread, (block, offset) => {
    waiting.push({ block, offset })
    readBlocks(maxWaitingBlocks)
  })
  const stop = (): void => channel.tell({ ask: 'stop' })
  const giveUp = (): void => channel.tell({ ask: 'give-up' })
  listen(context.signal, stop)
  listen(context.giveUp, giveUp)
  return {
    counters: new Float64Array(counters),
    warmUp: () => channel.ask({ ask: 'warm-up' }) as Promise<Warmed>,
    floor: (wanted) => channel.ask({ ask: 'floor', ...wanted }) as Promise<FloorPart>,
    async measure(startAt, outputBudget) {
      const measured = (await channel.ask({ ask: 'measure', startAt, outputBudget })) as LaneMeasurement
      readBlocks(0)
      return measured
    },
    async close() {
      context.signal.removeEventListener('abort', stop)
      context.giveUp.removeEventListener('abort', giveUp)
      channel.tell({ ask: 'close' })
      await thread.terminate()
    },
  }
}

const listen = (signal: AbortSignal, act: () => void): void => {
  if (signal.aborted) act()
  else signal.addEventListener('abort', act, { once: true })
}

const startThread = (context: Omit<LaneContext, 'live'>, counters: SharedArrayBuffer): Worker => {
  const { options, model, prompts, share } = context
  const file = import.meta.url.endsWith('.ts') ? './thread-main.ts' : './thread-main.js'
  const { seed, nonce } = prompts
  const workerData: ThreadTask = { options, model, prompts: { seed, nonce }, share, counters }
  return new Worker(new URL(file, import.meta.url), { workerData, execArgv: [] })
}

type Channel = { ask(request: ThreadRequest): Promise<ThreadValue>; tell(request: ThreadRequest): void }
type Asked = { resolve(value: ThreadValue): void; reject(cause: AppError): void }

/** One question at a time. A thread that ends or throws fails the question that is open, and all after it. */
const createChannel = (thread: Worker, onBlock: (block: JournalBlock, offset: number) => void): Channel => {
  let asked: Asked | undefined
  let ended: AppError | undefined
  const fail = (error: AppError): void => {
    ended ??= error
    asked?.reject(ended)
    asked = undefined
  }
  thread.on('message', (answer: ThreadAnswer) => {
    if (answer.answer === 'block') return onBlock(answer.block, answer.offset)
    const current = asked
    asked = undefined
    if (answer.answer === 'done') current?.resolve(answer.value)
    else current?.reject(new AppError(answer.code, answer.message))
  })
  thread.on('error', (cause) => fail(lost(cause.message, cause)))
  thread.on('exit', (code) => fail(lost(`it ended with code ${code}`)))
  return {
    tell: (request) => thread.postMessage(request),
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        asked = { resolve, reject }
        thread.postMessage(request)
      }),
  }
}

const lost = (reason: string, cause?: unknown): AppError =>
  new AppError(
    'internal_error',
    `a thread of the load generator failed: ${reason}. Nothing was measured; try --threads 1`,
    { cause },
  )
