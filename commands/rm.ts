import * as Args from '@oclif/core/args'
import { BaseCommand } from '../src/cli/base-command.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import type { RemovedModel } from '../src/client/wire.ts'

export default class Rm extends BaseCommand<typeof Rm> {
  static override summary = 'remove a pulled model from the disk'
  static override description = 'A file outside the models folder is only forgotten, never deleted.'
  static override examples = ['<%= config.bin %> rm my-model']
  static override args = { model: Args.string({ required: true, ignoreStdin: true, description: 'name' }) }

  async run(): Promise<RemovedModel> {
    const { client } = await ensureDaemon(this.daemonOptions())
    const removed = await client.removeModel(this.args.model)
    this.log(
      removed.deleted
        ? `removed ${removed.name}`
        : `forgot ${removed.name}; its file stays at ${removed.path}`,
    )
    return removed
  }
}
