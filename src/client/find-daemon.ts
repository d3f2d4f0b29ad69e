import { readFileSync } from 'node:fs'
import { AppError } from '../errors.ts'
import type { DaemonFile, DaemonStatus } from '../protocols/control/types.ts'
import { createDaemonClient, type DaemonClient } from './daemon-client.ts'

export type FoundDaemon = { client: DaemonClient; status: DaemonStatus }

/**
 * The running daemon of a state folder, or undefined. The file alone proves nothing: after a kill -9 it is
 * stale and its port may be anybody's, so the one who answers must name the same instance.
 */
export async function findDaemon(daemonFile: string): Promise<FoundDaemon | undefined> {
  const file = readDaemonFile(daemonFile)
  if (!file) return undefined
  const client = createDaemonClient(file.base_url, file.token)
  try {
    const status = await client.status(3000)
    return status.instance === file.instance ? { client, status } : undefined
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    const { code } = (cause.cause ?? {}) as NodeJS.ErrnoException
    if (isAlive(file.pid) && code === 'ETIMEDOUT') {
      throw new AppError(
        'daemon_unreachable',
        `the daemon (process ${file.pid}) runs but does not answer; see its log, or: kill ${file.pid}`,
        { cause },
      )
    }
    return undefined
  }
}

function readDaemonFile(path: string): DaemonFile | undefined {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as Partial<DaemonFile> | null
    if (
      typeof file?.base_url !== 'string' ||
      typeof file.instance !== 'string' ||
      typeof file.pid !== 'number'
    )
      return undefined
    return file as DaemonFile
  } catch {
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** It has ended, and its parent has not looked: in a container without an init nobody ever does. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
