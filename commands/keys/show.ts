import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { describeKey } from '../../src/cli/key-texts.ts'
import { ensureDaemon } from '../../src/client/ensure-daemon.ts'
import type { ListedKey } from '../../src/client/wire.ts'

export default class KeysShow extends BaseCommand<typeof KeysShow> {
  static override summary = 'show what a key may do; its secret cannot be shown'
  static override examples = ['<%= config.bin %> keys show 4f9x2k7qm1ab']
  static override args = {
    id: Args.string({ required: true, ignoreStdin: true, description: 'the key’s id' }),
  }

  async run(): Promise<ListedKey> {
    const { client } = await ensureDaemon(this.daemonOptions())
    const key = await client.keys.show(this.args.id)
    this.log(describeKey(key))
    return key
  }
}
