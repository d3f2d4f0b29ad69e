import { BaseCommand } from '../../src/cli/base-command.ts'
import { formatBytes, formatDuration } from '../../src/cli/format.ts'
import { describeReplicaState } from '../../src/cli/describe-replica-state.ts'
import { findDaemon } from '../../src/client/find-daemon.ts'
import type { ListedWorker } from '../../src/client/wire.ts'
import { exitCodes } from '../../src/errors.ts'

export default class WorkerList extends BaseCommand<typeof WorkerList> {
  static override summary = 'list the workers: engine hosts, Python workers, and those used by their address'
  static override description = 'Exit code 3: the daemon does not run.'
  static override examples = ['<%= config.bin %> worker list', '<%= config.bin %> worker list --json']

  async run(): Promise<{ running: boolean; workers: ListedWorker[] }> {
    const found = await findDaemon(this.paths.daemon)
    if (!found) {
      this.log('the daemon is not running, so there are no workers')
      process.exitCode = exitCodes.unreachable
      return { running: false, workers: [] }
    }
    const workers = await found.client.workers()
    if (workers.length === 0)
      this.log('no workers; loading a model starts one, or: sluice worker add ADDRESS')
    else await this.print(workers)
    return { running: true, workers }
  }

  private async print(workers: ListedWorker[]): Promise<void> {
    const { renderTable } = await import('../../src/cli/table.ts')
    const rows = workers.map((worker) => [
      worker.id,
      worker.kind,
      describeReplicaState(worker.state, Object.values(worker.breakers)),
      worker.models.join(', ') || '-',
      worker.engine ?? '-',
      `${worker.busy_slots}/${worker.slots}`,
      worker.memory_bytes === null ? '-' : formatBytes(worker.memory_bytes),
      String(worker.pid ?? '-'),
      String(worker.restarts),
      formatDuration(Date.now() - Date.parse(worker.since)),
    ])
    this.log(
      renderTable(
        ['WORKER', 'KIND', 'STATE', 'MODELS', 'ENGINE', 'BUSY', 'MEMORY', 'PID', 'RESTARTS', 'SINCE'],
        rows,
      ),
    )
    for (const { id, state, error } of workers) {
      if (error && state !== 'serving') this.log(`${id}: ${error.message}`)
    }
  }
}
