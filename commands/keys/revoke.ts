import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { ensureDaemon } from '../../src/client/ensure-daemon.ts'
import type { ListedKey } from '../../src/client/wire.ts'

export default class KeysRevoke extends BaseCommand<typeof KeysRevoke> {
  static override summary = 'end a key at once, for good'
  static override description =
    'Other daemons on the same PostgreSQL follow within five seconds. Answers that run already are finished.'
  static override hiddenAliases = ['keys:rm']
  static override examples = ['<%= config.bin %> keys revoke 4f9x2k7qm1ab']
  static override args = {
    id: Args.string({ required: true, ignoreStdin: true, description: 'the key’s id' }),
  }

  async run(): Promise<ListedKey> {
    const { client } = await ensureDaemon(this.daemonOptions())
    const key = await client.keys.revoke(this.args.id)
    this.log(`${key.id} (${key.name}) is revoked`)
    return key
  }
}
