import { parentPort, workerData } from 'node:worker_threads'
import { pino } from 'pino'
import { openStore, type Store } from '../store/open-store.ts'
import { createDrain, type Drain } from './drain-journal.ts'
import { createRetention, type Retention } from './retention.ts'
import { createSpentSoFar } from './spent-so-far.ts'
import type { Asked, FromThread, ThreadSettings, ToThread } from './thread-messages.ts'
import type { Place } from './take-over.ts'
import { verifyUsage } from './verify-usage.ts'

/** The thread's program: the store's only writer of rows and totals, off the daemon's event loop. */

const settings = workerData as ThreadSettings
const port = parentPort!
const tell = (message: FromThread) => port.postMessage(message)
const log = pino({ level: 'warn' }, { write: (text: string) => tell({ type: 'log', text }) })

const firstRetryMs = 500
const longestRetryMs = 10_000
const retentionEveryMs = 60_000

type Open = { store: Store; drain: Drain; retention: Retention }

const asked: Asked[] = []
let open: Open | undefined
let over = false
let isWell = false
let retryMs = 0
let retentionAt = 0
let wake = () => {}
let isAwake = true

port.on('message', (message: ToThread) => {
  if (message.type === 'ask') asked.push(message)
  isAwake = true
  wake()
})

while (!over) {
  isAwake = false
  try {
    open ??= await openAll()
    await takeAll(open)
    if (!over && Date.now() >= retentionAt) await retire(open)
  } catch (cause) {
    await giveUpForNow(cause as Error)
  }
  if (!over) await sleep()
}
port.close()

async function openAll(): Promise<Open> {
  const store = await openStore(settings.address, log)
  const retention = createRetention(store, settings.retention)
  const drain = createDrain({
    ...settings,
    store,
    onTaken(bytes, rows) {
      retention.noteInserted(rows)
      tell({ type: 'taken', bytes, rows })
    },
    onDamaged: (lines, reason) => tell({ type: 'damaged', lines, reason }),
  })
  return { store, drain, retention }
}

async function takeAll(now: Open): Promise<void> {
  while (!over) {
    // Of a question that comes during the last look, what it is about may not have been seen.
    const before = [...asked]
    if (await now.drain.step()) {
      showWell()
      await answerAll(
        now,
        before.filter(({ upTo }) => isBehind(upTo, now.drain.place())),
      )
      continue
    }
    showWell()
    const place = now.drain.place()
    if (place) tell({ type: 'empty', ...place })
    await answerAll(now, before)
    if (asked.length === 0) return
  }
}

function isBehind(upTo: Place, place: Place | undefined): boolean {
  if (place === undefined) return false
  return place.segment > upTo.segment || (place.segment === upTo.segment && place.offset >= upTo.offset)
}

function showWell(): void {
  retryMs = 0
  if (isWell) return
  isWell = true
  tell({ type: 'trouble', reason: null })
}

async function answerAll(now: Open, questions: Asked[]): Promise<void> {
  for (const question of questions) {
    const value = await answer(now, question)
    asked.splice(asked.indexOf(question), 1)
    tell({ type: 'answer', id: question.id, value })
  }
}

async function answer({ store }: Open, { question, value }: Asked): Promise<unknown> {
  switch (question) {
    case 'flush':
      return null
    case 'verify':
      return verifyUsage(store)
    case 'spent':
      return createSpentSoFar(store)(value as number)
    case 'close':
      over = true
      await store.close()
      return null
  }
}

/** A chunk at a time; what was written meanwhile goes first. */
async function retire(now: Open): Promise<void> {
  while (!over) {
    if (!(await now.retention.step(Date.now()))) {
      retentionAt = Date.now() + retentionEveryMs
      return
    }
    await takeAll(now)
  }
}

/** Away, locked, corrupt or full: the journal keeps what comes. Opened anew for the next try. */
async function giveUpForNow(cause: Error): Promise<void> {
  isWell = false
  retryMs = Math.min(longestRetryMs, retryMs === 0 ? firstRetryMs : retryMs * 2)
  tell({ type: 'trouble', reason: cause.message })
  for (const { id, question } of asked.splice(0)) {
    over ||= question === 'close'
    tell({ type: 'failed', id, reason: cause.message })
  }
  await open?.store.close().catch(() => undefined)
  open = undefined
}

/** Until somebody writes or asks; in trouble, until the next try: rows must not wake it more often. */
async function sleep(): Promise<void> {
  if (retryMs === 0 && isAwake) return
  const ms = retryMs === 0 ? Math.max(0, retentionAt - Date.now()) : retryMs
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake = () => {
      if (retryMs > 0 && asked.length === 0) return
      clearTimeout(timer)
      resolve()
    }
    if (asked.length > 0) wake()
  })
  wake = () => {}
}
