import type { Logger } from '../log.ts'
import type { EventDetails } from './events.ts'
import type { FromThread } from './thread-messages.ts'

export type LedgerTold = {
  /** Why nothing is taken over into the database at the moment. */
  storeTrouble: string | undefined
  /** Rows and events in the database, since the start. */
  taken: number
  /** Lines that could not be read or that the database refused. */
  damaged: number
}

/** Tells log and events how the ledger fares: once when something changes, not with every row. */
export function createLedgerWatch(log: Logger, record: (name: string, details: EventDetails) => void) {
  const told: LedgerTold = { storeTrouble: undefined, taken: 0, damaged: 0 }
  function trouble(what: 'journal' | 'store', reason: string | undefined): void {
    if (reason === undefined) {
      log.info({ event: `${what}.back` }, `the ${what} of the ledger works again`)
      record(`${what}.back`, {})
    } else {
      log.warn({ event: `${what}.unavailable`, reason }, `the ${what} of the ledger cannot be written`)
      record(`${what}.unavailable`, { reason })
    }
  }
  return {
    told,
    trouble,
    /** 0: from now on. */
    dropped(dropped: number) {
      if (dropped === 0) {
        log.error({ event: 'ledger.full' }, 'the journal has no room: rows are dropped')
        return
      }
      log.warn({ event: 'ledger.dropped', dropped }, 'rows were dropped while the journal had no room')
      record('ledger.dropped', { dropped })
    },
    listen(message: Exclude<FromThread, { type: 'answer' | 'failed' }>) {
      if (message.type === 'taken') told.taken += message.rows
      else if (message.type === 'damaged') {
        const { lines, reason } = message
        told.damaged += lines
        log.error({ event: 'ledger.damaged', lines, reason }, 'lines of the journal are lost')
        record('ledger.damaged', { lines, reason })
      } else if (message.type === 'trouble') {
        const before = told.storeTrouble
        told.storeTrouble = message.reason ?? undefined
        if ((before === undefined) !== (message.reason === null)) trouble('store', told.storeTrouble)
      } else if (message.type === 'log')
        log.warn({ event: 'ledger.log', text: message.text.trim().slice(0, 2000) }, 'from the ledger')
    },
  }
}
