import { Worker } from 'node:worker_threads'
import { createQuestions, type Ask } from './questions.ts'
import type { FromThread, ThreadSettings, ToThread } from './thread-messages.ts'

/** What it holds is a batch at a time; more would be a leak. */
const mostMegabytes = 512
const firstRestartMs = 1000
const longestRestartMs = 60_000

type Told = Exclude<FromThread, { type: 'answer' | 'failed' }>

/** The thread that takes the journal over: started when it is first needed, and again when it has failed. */
export type LedgerThread = {
  wake(): void
  ask: Ask
  /** Ends it, wherever it is: what it has not finished is as if never begun. */
  end(): Promise<void>
}

export function createLedgerThread(settings: ThreadSettings, onTold: (message: Told) => void): LedgerThread {
  let worker: Worker | undefined
  let restartMs = firstRestartMs
  let restart: NodeJS.Timeout | undefined
  let over = false

  /** False: there is no thread, and none may be started yet. */
  const tell = (message: ToThread): boolean => {
    if (over || restart !== undefined) return false
    worker ??= startThread(settings, onMessage, onFailed)
    worker.postMessage(message)
    return true
  }
  // While somebody waits for an answer, the thread keeps the process alive.
  const questions = createQuestions(tell, (waits) => (waits ? worker?.ref() : worker?.unref()))
  const onMessage = (message: FromThread) => {
    if (message.type === 'answer' || message.type === 'failed') return questions.settle(message)
    if (message.type === 'taken') restartMs = firstRestartMs
    onTold(message)
  }
  const wake = () => void tell({ type: 'wake' })
  const onFailed = (reason: string) => {
    worker = undefined
    if (over) return
    restart = setTimeout(() => {
      restart = undefined
      wake()
    }, restartMs).unref()
    restartMs = Math.min(longestRestartMs, restartMs * 2)
    questions.failAll(reason)
    onTold({ type: 'trouble', reason })
  }
  return {
    wake,
    ask: questions.ask,
    async end() {
      over = true
      clearTimeout(restart)
      await worker?.terminate()
    },
  }
}

function startThread(
  settings: ThreadSettings,
  onMessage: (message: FromThread) => void,
  onFailed: (reason: string) => void,
): Worker {
  const file = import.meta.url.endsWith('.ts') ? './ledger-thread.ts' : './ledger-thread.js'
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: settings,
    name: 'ledger',
    // Of the process only: with its own, a thread of `node -e` does not start.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
  })
  let hasFailed = false
  const fail = (reason: string) => {
    if (!hasFailed) onFailed(reason)
    hasFailed = true
  }
  worker.on('message', onMessage)
  worker.on('error', (cause) => fail(`the thread that writes it failed: ${cause.message}`))
  worker.on('exit', (code) => {
    // With 0 it ends only when it was asked to.
    if (code !== 0) fail(`the thread that writes it ended with ${code}`)
  })
  worker.unref()
  return worker
}
