import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { withProgress } from '../../src/cli/with-progress.ts'
import { findDaemon } from '../../src/client/find-daemon.ts'
import { AppError, exitCodes } from '../../src/errors.ts'

export default class WorkerDrain extends BaseCommand<typeof WorkerDrain> {
  static override summary = 'let a worker finish what it has and send it nothing new'
  static override description =
    'Requests go to other workers of the model, where there are any. Exit code 0: nothing runs on it any more. 7: something still did when the time was over; it stays out of service. To take it away: sluice worker remove.'
  static override examples = [
    '<%= config.bin %> worker drain gpu-1',
    '<%= config.bin %> worker drain gpu-1 --timeout 300',
  ]
  static override args = {
    worker: Args.string({ required: true, ignoreStdin: true, description: 'as in: sluice worker list' }),
  }
  static override flags = {
    timeout: Flags.integer({
      min: 0,
      max: 3600,
      default: 30,
      description: 'seconds that running requests get',
    }),
  }

  async run(): Promise<{ id: string; in_flight: number }> {
    const found = await findDaemon(this.paths.daemon)
    if (!found) throw new AppError('daemon_unreachable', 'the daemon is not running, so there are no workers')
    const { worker } = this.args
    const drained = await withProgress(`draining ${worker}`, () =>
      found.client.drainWorker(worker, this.flags.timeout * 1000),
    )
    const { id, in_flight } = drained
    this.log(in_flight === 0 ? `${id} is drained` : `${in_flight} requests still run on ${id}`)
    if (in_flight > 0) process.exitCode = exitCodes.busy
    return drained
  }
}
