import { BaseCommand } from '../src/cli/base-command.ts'
import { formatBytes, formatDuration } from '../src/cli/format.ts'
import { findDaemon } from '../src/client/find-daemon.ts'
import { exitCodes } from '../src/errors.ts'

export default class Status extends BaseCommand<typeof Status> {
  static override summary = 'say whether the daemon runs, and where'
  static override description = 'Exit code 0: it runs. 3: it does not.'
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> status --json']

  async run(): Promise<object> {
    const found = await findDaemon(this.paths.daemon)
    if (!found) {
      this.log('not running; start it with: sluice serve')
      process.exitCode = exitCodes.unreachable
      return { running: false }
    }
    const { status } = found
    this.log(`${status.state} at ${status.base_url}/v1`)
    this.log(`  version   ${status.version}, process ${status.pid}, up ${formatDuration(status.uptime_ms)}`)
    this.log(`  models    ${status.models_loaded.join(', ') || 'none loaded'}`)
    this.log(`  requests  ${status.running_requests} running`)
    this.log(`  memory    ${formatBytes(status.memory_bytes)}`)
    this.log(`  state in  ${status.home}`)
    return { running: true, ...status }
  }
}
