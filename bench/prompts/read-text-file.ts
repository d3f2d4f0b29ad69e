import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../../src/errors.ts'
import { describeFileError } from '../describe-file-error.ts'

/** Everything is held in memory while the run lasts. */
const maxFileBytes = 256 * 1024 * 1024

/** Reads a whole file of prompts. Errors name it and say what to do. */
export const readTextFile = async (path: string): Promise<string> => {
  const fail = (cause: NodeJS.ErrnoException): never => {
    throw refuse(`cannot read ${path}: ${describeFileError(cause)}`)
  }
  const { size } = await stat(path).catch(fail)
  if (size > maxFileBytes)
    throw refuse(`${path} has ${size} bytes; a prompt file may have ${maxFileBytes}. Split it`)
  return (await readFile(path, 'utf8').catch(fail)).replace(/^\uFEFF/, '')
}

const refuse = (message: string): AppError => new AppError('invalid_request', message)
