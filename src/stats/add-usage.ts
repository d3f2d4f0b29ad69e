import type { Transaction } from 'kysely'
import type { StoreKind } from '../store/migrate.ts'
import type { Tables, UsageTable } from '../store/tables.ts'
import { addToHistogram } from './histogram.ts'
import { callerFields, countFields, noUsage, type UsageSum } from './usage-sums.ts'

/** Adds to the totals, inside the transaction that moves the journal's place. */
export async function addUsage(
  transaction: Transaction<Tables>,
  kind: StoreKind,
  sums: readonly UsageSum[],
): Promise<void> {
  for (const sum of sums) await addOne(transaction, kind, sum)
}

const zeros = {
  ...noUsage,
  total_histogram: '',
  ttft_histogram: '',
  queue_histogram: '',
}

async function addOne(transaction: Transaction<Tables>, kind: StoreKind, sum: UsageSum): Promise<void> {
  const before = (await find(transaction, kind, sum)) ?? (await begin(transaction, kind, sum))
  await transaction
    .updateTable('usage_totals')
    .set({
      ...Object.fromEntries(countFields.map((field) => [field, before[field] + sum[field]])),
      total_histogram: addToHistogram(before.total_histogram, sum.total),
      ttft_histogram: addToHistogram(before.ttft_histogram, sum.ttft),
      queue_histogram: addToHistogram(before.queue_histogram, sum.queue),
    })
    .where((row) => row.and(groupOf(sum)))
    .execute()
}

/** SQLite has one writer at a time, and this is it; PostgreSQL locks the row against other daemons. */
async function find(transaction: Transaction<Tables>, kind: StoreKind, sum: UsageSum) {
  const query = transaction
    .selectFrom('usage_totals')
    .selectAll()
    .where((row) => row.and(groupOf(sum)))
  return (kind === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
}

async function begin(transaction: Transaction<Tables>, kind: StoreKind, sum: UsageSum): Promise<UsageTable> {
  await transaction
    .insertInto('usage_totals')
    .values({ ...groupOf(sum), ...zeros })
    // Another daemon may have come first.
    .onConflict((conflict) => conflict.columns(['hour', ...callerFields]).doNothing())
    .execute()
  return (await find(transaction, kind, sum))!
}

const groupOf = (sum: UsageSum) => ({
  hour: sum.hour,
  key_id: sum.key_id,
  owner_user: sum.owner_user,
  owner_team: sum.owner_team,
  owner_tenant: sum.owner_tenant,
  model: sum.model,
  endpoint: sum.endpoint,
})
