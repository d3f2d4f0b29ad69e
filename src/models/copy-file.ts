import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../errors.ts'
import { createMeter, type TransferHooks } from './transfer.ts'

/** Copies a file and gives its SHA-256. Leaves nothing behind when it fails. */
export async function copyModelFile(source: string, target: string, hooks: TransferHooks): Promise<string> {
  const total = await sizeOf(source)
  await hooks.assertRoom(total)
  const hash = createHash('sha256')
  const meter = createMeter(hash, { status: 'copying', completed: 0, total }, hooks.onProgress)
  const read = createReadStream(source, { highWaterMark: 1024 ** 2 })
  try {
    await pipeline(read, meter, createWriteStream(target), { signal: hooks.signal })
  } catch (cause) {
    await rm(target, { force: true })
    if (hooks.signal.aborted) throw new AppError('cancelled', `copying ${source} was stopped`, { cause })
    throw new AppError('internal_error', `${source} could not be copied: ${(cause as Error).message}`, {
      cause,
    })
  }
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`
    throw new AppError('not_found', `${path} ${reason}`, { param: 'source', cause })
  })
  if (found.isFile()) return found.size
  throw new AppError('invalid_model', `${path} is not a file; give the path of a .gguf file`, {
    param: 'source',
  })
}
