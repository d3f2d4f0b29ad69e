import type { VerifiedUsage } from '../src/protocols/control/usage-types.ts'
import type { AllStats } from '../src/protocols/reports/types.ts'
import type { Sandbox } from './sandbox.ts'
import { rounded, tallyOf, type UsageTally } from './usage-tally.ts'

/** Where the daemon's books say something else than the answers that its callers got, by key; empty: nowhere. */
export async function compareLedger(
  box: Sandbox,
  answers: { key: string; usage: UsageTally }[],
): Promise<string[]> {
  const verified = await box.json<VerifiedUsage>('usage', 'verify')
  const { groups, total } = await box.json<AllStats>('stats', '--by', 'key')
  const faults = answers.flatMap(({ key, usage }) => {
    const group = groups.find(({ name }) => name === key)
    const [booked, said] = [group && JSON.stringify(tallyOf(group)), JSON.stringify(rounded(usage))]
    return booked === said ? [] : [`key ${key}: the ledger says ${booked}, the answers ${said}`]
  })
  if (!verified.agrees) faults.push(`usage verify: ${JSON.stringify(verified.differences)}`)
  if (verified.dropped + verified.damaged > 0)
    faults.push(`the ledger dropped ${verified.dropped} rows and could not read ${verified.damaged}`)
  const asked = answers.reduce((sum, { usage }) => sum + usage.requests, 0)
  if (total.requests !== asked || verified.requests !== asked)
    faults.push(`${asked} requests, ${verified.requests} rows, ${total.requests} in the totals`)
  return faults
}
