import { BaseCommand } from '../src/cli/base-command.ts'
import { formatBytes, formatCount, formatDuration } from '../src/cli/format.ts'
import { describeReplicaState } from '../src/cli/describe-replica-state.ts'
import { findDaemon } from '../src/client/find-daemon.ts'
import { exitCodes } from '../src/errors.ts'
import type { RunningEngine, RunningReplica } from '../src/client/wire.ts'

export default class Ps extends BaseCommand<typeof Ps> {
  static override summary = 'list the loaded models, the workers that run them, and how busy they are'
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
    const rows = engines.flatMap((engine) => engine.replicas.map((replica) => describeRow(engine, replica)))
    this.log(
      renderTable(
        [
          'MODEL',
          'WORKER',
          'STATE',
          'ENGINE',
          'TYPE',
          'BUSY',
          'QUEUED',
          'CONTEXT',
          'MEMORY',
          'GENERATED',
          'UP',
        ],
        rows,
      ),
    )
  }
}

/** The model's own columns stand in its first row only. */
function describeRow(engine: RunningEngine, replica: RunningReplica): string[] {
  const isFirst = engine.replicas[0] === replica
  return [
    isFirst ? engine.model : '',
    replica.worker,
    describeReplicaState(replica.state, [replica.breaker]),
    replica.engine,
    isFirst ? (engine.quantization ?? '-') : '',
    `${replica.busy_slots}/${replica.slots}`,
    isFirst ? String(engine.queued) : '',
    isFirst ? formatCount(engine.context_length) : '',
    replica.memory_bytes === null ? '-' : formatBytes(replica.memory_bytes),
    isFirst ? formatCount(engine.counters.decodeTokens) : '',
    isFirst ? formatDuration(Date.now() - Date.parse(engine.loaded_at)) : '',
  ]
}
