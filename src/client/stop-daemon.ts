import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { findDaemon, isAlive } from './find-daemon.ts'

const defaultWaitMs = 3_600_000
const graceMs = 15_000

/** Asks the daemon to drain and waits until its process is gone. Undefined: none was running. */
export async function stopDaemon(daemonFile: string, drainMs?: number): Promise<{ pid: number } | undefined> {
  const found = await findDaemon(daemonFile)
  if (!found) return undefined
  const { pid } = found.status
  await found.client.stop(drainMs)
  const deadline = performance.now() + (drainMs ?? defaultWaitMs) + graceMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) {
      throw new AppError(
        'timeout',
        `the daemon (process ${pid}) was asked to stop and has not ended; end it with: kill -9 ${pid}`,
      )
    }
    await delay(25)
  }
  return { pid }
}
