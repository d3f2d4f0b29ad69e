import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../errors.ts'

export type SocketAddress = {
  /** What a worker is told to listen on: `unix:PATH`, or a loopback port of its choice. */
  listen: string
  /** Removes the socket, whether the worker has or has not. */
  remove(): Promise<void>
}

/** The bytes of `sun_path` on macOS, the smallest of the systems, less the zero at its end. */
const maxPathBytes = 103
const ending = '.sock'

/**
 * A place for one life of a worker to listen: never the one of its predecessor, which may still be dying there.
 * In `folder`, or in a private folder of its own when the path would be too long for a Unix socket.
 */
export async function createSocketAddress(folder: string): Promise<SocketAddress> {
  if (process.platform === 'win32') return { listen: '127.0.0.1:0', remove: async () => undefined }
  const name = `${randomBytes(6).toString('hex')}${ending}`
  const path = join(folder, name)
  if (Buffer.byteLength(path) <= maxPathBytes) {
    await makePrivate(folder)
    return { listen: `unix:${path}`, remove: () => rm(path, { force: true }) }
  }
  const own = await mkdtemp(join(tmpdir(), 'sluice-'))
  const short = join(own, name)
  const remove = () => rm(own, { recursive: true, force: true })
  if (Buffer.byteLength(short) <= maxPathBytes) return { listen: `unix:${short}`, remove }
  await remove()
  throw new AppError(
    'invalid_config',
    `neither ${folder} nor ${tmpdir()} is short enough for a Unix socket (${maxPathBytes} bytes); set TMPDIR or SLUICE_HOME to a shorter folder`,
  )
}

/** Removes what a daemon that was killed has left. Only its successor on the same folder may call it. */
export async function clearSockets(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  const stale = names.filter((name) => name.endsWith(ending))
  await Promise.all(stale.map((name) => rm(join(folder, name), { force: true })))
}

async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError('insufficient_storage', `the folder ${folder} cannot be written (${code})`, { cause })
  }
}
