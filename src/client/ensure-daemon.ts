import { AppError } from '../errors.ts'
import { createDaemonClient, type DaemonClient } from './daemon-client.ts'
import { findDaemon } from './find-daemon.ts'
import { startDaemon, type StartOptions } from './start-daemon.ts'

export type EnsureOptions = Omit<StartOptions, 'flags'> & {
  flags?: Record<string, unknown>
  daemonFile: string
  version: string
}
export type EnsuredDaemon = { client: DaemonClient; started: boolean; warnings: string[] }

/**
 * The running daemon, started if there is none. A daemon of another version is an error that says what to do:
 * the wire between a command and its daemon is only promised within one version.
 */
export async function ensureDaemon(
  options: EnsureOptions,
  onProgress: (text: string) => void = () => undefined,
): Promise<EnsuredDaemon> {
  const found = await findDaemon(options.daemonFile)
  if (found) {
    assertVersion(found.status.version, options.version)
    return { client: found.client, started: false, warnings: [] }
  }
  onProgress('starting the daemon')
  try {
    const { daemon, warnings } = await startDaemon({ ...options, flags: options.flags ?? {} }, onProgress)
    return { client: createDaemonClient(daemon.base_url, daemon.token), started: true, warnings }
  } catch (cause) {
    // Somebody else may have started one at the same moment and won the lock.
    if (!(cause instanceof AppError) || cause.code !== 'conflict') throw cause
    const winner = await waitForWinner(options.daemonFile)
    if (!winner) throw cause
    return { client: winner.client, started: false, warnings: [] }
  }
}

export function assertVersion(daemon: string, ours: string): void {
  if (daemon === ours) return
  throw new AppError(
    'conflict',
    `a daemon of version ${daemon} is running and this is sluice ${ours}; restart it with: sluice stop && sluice serve`,
  )
}

/** Bounded: the winner writes its file right after it listens. */
async function waitForWinner(daemonFile: string) {
  const deadline = performance.now() + 10_000
  while (performance.now() < deadline) {
    const found = await findDaemon(daemonFile)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return undefined
}
