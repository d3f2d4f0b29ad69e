import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { stopDaemon } from '../src/client/stop-daemon.ts'

export default class Stop extends BaseCommand<typeof Stop> {
  static override summary = 'stop the daemon, letting running requests finish'
  static override description =
    'New requests are refused at once; running ones get the drain time and are then ended. Exit code 0, also when nothing ran.'
  static override examples = ['<%= config.bin %> stop', '<%= config.bin %> stop --drain 0']
  static override flags = {
    drain: Flags.integer({
      min: 0,
      max: 86_400,
      description: 'seconds that running requests get; default: drain_timeout of the config',
    }),
  }

  async run(): Promise<object> {
    const { drain } = this.flags
    const stopped = await withProgress('stopping the daemon', () =>
      stopDaemon(this.paths.daemon, drain === undefined ? undefined : drain * 1000),
    )
    this.log(stopped ? `stopped (process ${stopped.pid})` : 'not running')
    return { stopped: stopped !== undefined, ...(stopped && { pid: stopped.pid }) }
  }
}
