import { BaseCommand } from '../../src/cli/base-command.ts'
import { withProgress } from '../../src/cli/with-progress.ts'
import { ensureDaemon } from '../../src/client/ensure-daemon.ts'
import type { VerifiedUsage } from '../../src/client/wire.ts'
import { exitCodes } from '../../src/errors.ts'

export default class UsageVerify extends BaseCommand<typeof UsageVerify> {
  static override summary = 'add the recorded requests up again and compare with the totals'
  static override description =
    'Compares each hour, caller, model and endpoint, as far back as every row is kept (audit_retention). Exit code 0: they agree; 1: they do not; 6: the store cannot be asked.'
  static override examples = [
    '<%= config.bin %> usage verify',
    '<%= config.bin %> usage verify --json | jq .differences',
  ]

  async run(): Promise<VerifiedUsage> {
    const verified = await withProgress('adding up', async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.verifyUsage()
    })
    this.log(describe(verified))
    if (verified.differences.length > 0) {
      const { renderTable } = await import('../../src/cli/table.ts')
      this.log(renderTable(head, verified.differences.map(row)))
    }
    if (!verified.agrees) process.exitCode = exitCodes.failure
    return verified
  }
}

const head = ['HOUR', 'KEY', 'MODEL', 'ENDPOINT', 'FIGURE', 'ROWS', 'TOTALS']
const row = (difference: VerifiedUsage['differences'][number]) => [
  difference.hour,
  difference.key,
  difference.model ?? '-',
  difference.endpoint,
  difference.field,
  String(difference.ledger),
  String(difference.totals),
]

function describe({ agrees, requests, hours, since, differing, dropped, damaged }: VerifiedUsage): string {
  const compared = `${requests} requests in ${hours} hours${since === null ? '' : ` since ${since}`}`
  const verdict = agrees
    ? `the totals agree with the rows: ${compared}`
    : `${differing} figures of the totals do not agree with the rows: ${compared}`
  const lost = dropped + damaged
  return lost === 0
    ? verdict
    : `${verdict}; ${lost} more were lost since the daemon started, see docs/audit.md`
}
