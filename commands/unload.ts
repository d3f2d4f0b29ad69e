import * as Args from '@oclif/core/args'
import { BaseCommand } from '../src/cli/base-command.ts'
import { findDaemon } from '../src/client/find-daemon.ts'
import { AppError } from '../src/errors.ts'

export default class Unload extends BaseCommand<typeof Unload> {
  static override summary = 'unload a model and free its memory'
  static override description = 'Requests that run on it fail.'
  static override examples = ['<%= config.bin %> unload pocket']
  static override args = {
    model: Args.string({ required: true, ignoreStdin: true, description: 'name of a loaded model' }),
  }

  async run(): Promise<{ model: string }> {
    const found = await findDaemon(this.paths.daemon)
    if (!found) throw new AppError('daemon_unreachable', 'the daemon is not running, so no model is loaded')
    const { model } = await found.client.unloadModel(this.args.model)
    this.log(`${model} is unloaded`)
    return { model }
  }
}
