import { CompiledQuery, type Transaction } from 'kysely'
import type { StoreKind } from '../store/migrate.ts'
import type { Tables } from '../store/tables.ts'
import { requestColumns, type LedgerEvent, type LedgerRow } from './ledger-line.ts'

/** Fewer values than either database allows. */
const chunkRows = 100
/** Few different statements, so that each is prepared once: what is left over goes in tens and ones. */
const chunkSizes = [chunkRows, 10, 1]

/** The query builder would spend more time on these texts than the database on the rows. */
const texts = new Map<string, string>()

export async function insertRequests(
  transaction: Transaction<Tables>,
  kind: StoreKind,
  rows: readonly LedgerRow[],
): Promise<void> {
  for (let start = 0; start < rows.length;) {
    const size = chunkSizes.find((each) => each <= rows.length - start)!
    const chunk = rows.slice(start, start + size)
    start += size
    const values: unknown[] = []
    for (const row of chunk) for (const column of requestColumns) values.push(row[column])
    await transaction.executeQuery(CompiledQuery.raw(insertText(kind, chunk.length), values))
  }
}

export async function insertEvents(
  transaction: Transaction<Tables>,
  events: readonly LedgerEvent[],
): Promise<void> {
  for (let start = 0; start < events.length; start += chunkRows)
    await transaction
      .insertInto('events')
      .values(events.slice(start, start + chunkRows))
      .execute()
}

function insertText(kind: StoreKind, rows: number): string {
  const name = `${kind} ${rows}`
  let text = texts.get(name)
  if (text === undefined) {
    let place = 0
    const sign = () => (kind === 'postgres' ? `$${(place += 1)}` : '?')
    const row = () => `(${requestColumns.map(sign).join(', ')})`
    const all = Array.from({ length: rows }, row).join(', ')
    text = `insert into requests (${requestColumns.join(', ')}) values ${all}`
    texts.set(name, text)
  }
  return text
}
