import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { findDaemon } from '../../src/client/find-daemon.ts'
import { AppError } from '../../src/errors.ts'

export default class WorkerRemove extends BaseCommand<typeof WorkerRemove> {
  static override summary = 'take a worker away'
  static override description =
    'A worker that the daemon has started ends; one that is used by its address is only let go. What runs on it and has begun to answer fails; drain it first to avoid that.'
  static override examples = ['<%= config.bin %> worker remove gpu-1']
  static override args = {
    worker: Args.string({ required: true, ignoreStdin: true, description: 'as in: sluice worker list' }),
  }

  async run(): Promise<{ id: string }> {
    const found = await findDaemon(this.paths.daemon)
    if (!found) throw new AppError('daemon_unreachable', 'the daemon is not running, so there are no workers')
    const removed = await found.client.removeWorker(this.args.worker)
    this.log(`${removed.id} is removed`)
    return removed
  }
}
