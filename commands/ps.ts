import { BaseCommand } from '../src/cli/base-command.ts'
import { formatBytes, formatCount, formatDuration } from '../src/cli/format.ts'
import { findDaemon } from '../src/client/find-daemon.ts'
import { exitCodes } from '../src/errors.ts'
import type { RunningEngine } from '../src/client/wire.ts'

export default class Ps extends BaseCommand<typeof Ps> {
  static override summary = 'list the loaded models and how busy they are'
  static override examples = ['<%= config.bin %> ps', '<%= config.bin %> ps --json']

  async run(): Promise<{ running: boolean; engines: RunningEngine[] }> {
    const found = await findDaemon(this.paths.daemon)
    if (!found) {
      this.log('the daemon is not running, so no model is loaded')
      process.exitCode = exitCodes.unreachable
      return { running: false, engines: [] }
    }
    const engines = await found.client.engines()
    if (engines.length === 0) this.log('no model is loaded; a request loads one, or: sluice load NAME')
    else await this.print(engines)
    return { running: true, engines }
  }

  private async print(engines: RunningEngine[]): Promise<void> {
    const { renderTable } = await import('../src/cli/table.ts')
    const rows = engines.map((engine) => [
      engine.model,
      engine.engine,
      formatBytes(engine.size_bytes),
      engine.quantization ?? '-',
      `${engine.busy_slots}/${engine.slots}`,
      String(engine.queued),
      formatCount(engine.context_length),
      formatCount(engine.counters.decodeTokens),
      formatDuration(Date.now() - Date.parse(engine.loaded_at)),
    ])
    this.log(
      renderTable(['MODEL', 'ENGINE', 'SIZE', 'TYPE', 'BUSY', 'QUEUED', 'CONTEXT', 'GENERATED', 'UP'], rows),
    )
  }
}
