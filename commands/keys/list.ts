import { BaseCommand } from '../../src/cli/base-command.ts'
import { keyHead, keyRow } from '../../src/cli/key-texts.ts'
import { withProgress } from '../../src/cli/with-progress.ts'
import { ensureDaemon } from '../../src/client/ensure-daemon.ts'
import type { ListedKey } from '../../src/client/wire.ts'

export default class KeysList extends BaseCommand<typeof KeysList> {
  static override summary = 'list the keys, ended ones included'
  static override hiddenAliases = ['keys:ls']
  static override examples = ['<%= config.bin %> keys list', '<%= config.bin %> keys list --json']

  async run(): Promise<{ keys: ListedKey[] }> {
    const keys = await withProgress('asking the daemon', async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.keys.list()
    })
    if (keys.length === 0)
      this.log('there is no key, so nobody is asked for one; make one: sluice keys create')
    else {
      const { renderTable } = await import('../../src/cli/table.ts')
      this.log(renderTable(keyHead, keys.map(keyRow)))
    }
    return { keys }
  }
}
