import { BaseCommand } from '../src/cli/base-command.ts'
import { describeStatus } from '../src/cli/describe-status.ts'
import { findDaemon } from '../src/client/find-daemon.ts'
import { exitCodes } from '../src/errors.ts'

/** `bin/run.js` answers a plain `status` by itself, with the same parts; this one brings flags and help. */
export default class Status extends BaseCommand<typeof Status> {
  static override summary = 'say whether the daemon runs, and where'
  static override description = 'Exit code 0: it runs. 3: it does not.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  async run(): Promise<object> {
    const status = (await findDaemon(this.paths.daemon))?.status
    this.log(describeStatus(status))
    if (!status) process.exitCode = exitCodes.unreachable
    return { running: status !== undefined, ...status }
  }
}
