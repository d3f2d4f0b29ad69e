import type { UsageActions, VerifiedUsage } from '../protocols/control/usage-types.ts'
import type { Ledger } from '../stats/ledger.ts'
import type { UsageVerdict } from '../stats/verify-usage.ts'

/** `/api/usage` in the words of the wire. */
export const createUsageActions = (ledger: Ledger): UsageActions => ({
  async verify() {
    const verdict = await ledger.verify()
    const { dropped, damaged } = ledger.status()
    return { ...describeVerdict(verdict), dropped, damaged }
  },
})

const describeVerdict = (verdict: UsageVerdict): Omit<VerifiedUsage, 'dropped' | 'damaged'> => ({
  agrees: verdict.agrees,
  since: verdict.since === 0 ? null : new Date(verdict.since).toISOString(),
  hours: verdict.hours,
  requests: verdict.requests,
  differing: verdict.differing,
  differences: verdict.differences.map((difference) => ({
    hour: new Date(difference.hour).toISOString(),
    key: difference.key_id,
    user: difference.owner_user || null,
    team: difference.owner_team || null,
    tenant: difference.owner_tenant || null,
    model: difference.model || null,
    endpoint: difference.endpoint,
    field: difference.field,
    ledger: difference.ledger,
    totals: difference.totals,
  })),
})
