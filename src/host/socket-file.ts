import { lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { AppError } from '../errors.ts'

/** Makes the folder, for its user alone, and takes away what a dead process has left at `path`. */
export async function prepareSocketFile(path: string): Promise<void> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError('invalid_config', `the folder of ${path} cannot be made (${code})`, {
      param: 'listen',
      cause,
    })
  }
  const present = lstatSync(path, { throwIfNoEntry: false })
  if (present === undefined) return
  if (!present.isSocket())
    throw new AppError('invalid_config', `${path} is there already and is no socket`, { param: 'listen' })
  if (await isAnswered(path)) {
    throw new AppError('conflict', `another process listens on ${path}: end it, or choose another path`, {
      param: 'listen',
    })
  }
  remove(path)
}

/** Removes the file at the end, unless somebody else's lies there by now. */
export function guardSocketFile(path: string): () => void {
  const { ino } = lstatSync(path)
  const release = () => {
    process.off('exit', release)
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) remove(path)
  }
  process.on('exit', release)
  return release
}

/** Nobody but a live listener takes a connection; a full backlog (EAGAIN) has a listener too. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    )
  })
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
}
