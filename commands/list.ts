import { BaseCommand } from '../src/cli/base-command.ts'
import { formatBytes } from '../src/cli/format.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import type { ListedModel } from '../src/client/wire.ts'

export default class List extends BaseCommand<typeof List> {
  static override summary = 'list the models on this machine'
  static override hiddenAliases = ['ls']
  static override examples = ['<%= config.bin %> list', '<%= config.bin %> list --json']

  async run(): Promise<{ models: ListedModel[] }> {
    const models = await withProgress('asking the daemon', async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.models()
    })
    const { renderTable } = await import('../src/cli/table.ts')
    const rows = models.map((model) => [
      model.name,
      formatBytes(model.size_bytes),
      model.origin,
      model.status,
      model.modified_at.slice(0, 10),
    ])
    this.log(renderTable(['NAME', 'SIZE', 'FROM', 'STATUS', 'MODIFIED'], rows))
    return { models }
  }
}
