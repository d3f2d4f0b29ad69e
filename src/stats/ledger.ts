import type { Logger } from '../log.ts'
import { createEvents, type Events } from './events.ts'
import { createJournal, type JournalStatus } from './journal.ts'
import { encodeRequestLine, type LedgerRow } from './ledger-line.ts'
import { createLedgerWatch, type LedgerTold } from './ledger-watch.ts'
import type { RetentionSettings } from './retention.ts'
import type { SpentSoFar } from './spent-so-far.ts'
import { createLedgerThread } from './thread.ts'
import type { Question, Questions } from './thread-messages.ts'
import type { UsageVerdict } from './verify-usage.ts'

/** What is written meanwhile goes into one transaction; most of its cost is one per caller, however many rows. */
const gatherMs = 2000
/** A daemon that starts has better things to do. */
const firstGatherMs = 1500
const askMs = 30_000
const verifyMs = 600_000
const closeMs = 5000

export type LedgerStatus = JournalStatus & LedgerTold

export type Ledger = {
  /** Never throws, never blocks: the row is on the disk when this turn of the event loop is over. */
  record(row: Omit<LedgerRow, 'id'>): void
  events: Events
  /** Resolves when everything recorded so far is in the database; rejects with `store_unavailable`. */
  flush(): Promise<void>
  verify(): Promise<UsageVerdict>
  spentSoFar: SpentSoFar
  status(): LedgerStatus
  condition(): { name: string; degraded: string | null }
  /** Takes over what there is, for a few seconds at most; the next start does the rest. */
  close(): Promise<void>
}

export type LedgerOptions = {
  /** Of the journal; made when it is needed. */
  folder: string
  /** The store: a PostgreSQL URL or a file, which is made when it is needed. */
  address: string
  /** False: totals and events, and no row per request. */
  keepsRows: boolean
  journalLimitBytes: number
  retention: RetentionSettings
  log: Logger
  clock?: () => number
}

export function createLedger(options: LedgerOptions): Ledger {
  const { address, folder, keepsRows, retention, log, clock = Date.now } = options
  const watch = createLedgerWatch(log, (name, details) => events.record(name, details))
  const gathering = createGathering(() => thread.wake())
  const journal = createJournal({
    folder,
    limitBytes: options.journalLimitBytes,
    clock,
    onWritten: gathering.begin,
    onTrouble: (trouble) => watch.trouble('journal', trouble),
    onDropped: watch.dropped,
  })
  const { run } = journal
  const thread = createLedgerThread({ address, folder, run, keepsRows, retention }, (message) => {
    if (message.type === 'taken') journal.noteTaken(message.bytes)
    if (message.type === 'empty') journal.noteEmpty(message.segment, message.offset)
    watch.listen(message)
  })
  const nextId = createIds(run)
  const events = createEvents(journal.append, nextId, clock)
  if (journal.status().backlogBytes > 0) gathering.begin()

  const ask = <Q extends Question>(question: Q, value: Questions[Q]['ask'], timeoutMs: number) => {
    journal.flush()
    const { segment, segmentBytes: offset } = journal.status()
    return thread.ask(question, value, { segment, offset }, timeoutMs)
  }
  return {
    record: (row) => journal.append(encodeRequestLine(nextId(), row)),
    events,
    flush: async () => void (await ask('flush', undefined, askMs)),
    verify: () => ask('verify', undefined, verifyMs),
    spentSoFar: (sinceMs) => ask('spent', sinceMs, askMs),
    status: () => ({ ...journal.status(), ...watch.told }),
    condition: () => ({ name: 'ledger', degraded: describe(journal.status(), watch.told.storeTrouble) }),
    async close() {
      gathering.stop()
      await ask('close', undefined, closeMs).catch((cause: unknown) =>
        log.warn({ event: 'ledger.left', err: cause }, 'the next start takes the rest of the journal over'),
      )
      await thread.end()
      journal.close()
    },
  }
}

function describe(journal: JournalStatus, storeTrouble: string | undefined): string | null {
  if (journal.isFull) return 'the journal has no room: requests are served and not recorded'
  if (journal.trouble !== undefined)
    return `the journal cannot be written (${journal.trouble}): requests are kept in memory`
  if (storeTrouble !== undefined)
    return `the store takes nothing (${storeTrouble}): requests are kept in the journal`
  return null
}

/** In the order of their making, and no other daemon's. */
function createIds(run: string): () => string {
  let count = 0
  return () => `${run}-${(count += 1).toString(36).padStart(7, '0')}`
}

/** Wakes the thread a while after the first row that it has not seen. */
function createGathering(wake: () => void) {
  let timer: NodeJS.Timeout | undefined
  let ms = firstGatherMs
  let over = false
  return {
    begin() {
      if (over) return
      timer ??= setTimeout(() => {
        timer = undefined
        ms = gatherMs
        wake()
      }, ms).unref()
    },
    stop() {
      over = true
      clearTimeout(timer)
    },
  }
}
