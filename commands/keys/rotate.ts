import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { describeSecret } from '../../src/cli/key-texts.ts'
import { ensureDaemon } from '../../src/client/ensure-daemon.ts'
import type { IssuedKeyAnswer } from '../../src/client/wire.ts'
import { parseDuration } from '../../src/parse-duration.ts'
import { AppError } from '../../src/errors.ts'

export default class KeysRotate extends BaseCommand<typeof KeysRotate> {
  static override summary = 'give a key a new secret and show it, once'
  static override description =
    'The old secret goes on working for the grace time; one from an earlier rotation ends at once. A secret that leaked: --grace 0.'
  static override examples = [
    '<%= config.bin %> keys rotate 4f9x2k7qm1ab',
    '<%= config.bin %> keys rotate 4f9x2k7qm1ab --grace 0',
  ]
  static override args = {
    id: Args.string({ required: true, ignoreStdin: true, description: 'the key’s id' }),
  }
  static override flags = {
    grace: Flags.string({
      helpValue: '24h',
      description: 'how long the old secret works too; default 24h, at most 90d',
    }),
  }

  async run(): Promise<IssuedKeyAnswer> {
    const { grace } = this.flags
    const graceMs = grace === undefined ? undefined : parseDuration(grace)
    if (grace !== undefined && graceMs === undefined) {
      throw new AppError('invalid_request', `--grace "${grace}" is not a duration; write 0, 30m, 24h or 7d`)
    }
    const { client } = await ensureDaemon(this.daemonOptions())
    const issued = await client.keys.rotate(this.args.id, graceMs)
    this.log(describeSecret(issued.key, client.baseUrl))
    if (issued.grace_until !== null) this.log(`\nThe old secret works until ${issued.grace_until}.`)
    return issued
  }
}
