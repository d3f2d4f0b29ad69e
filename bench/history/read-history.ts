import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../src/errors.ts'
import { describeFileError } from '../describe-file-error.ts'
import { decodeRuns } from '../compare/read-run.ts'
import type { BenchResult } from '../result.ts'

/** A saved run without its samples: a folder of a year's results must fit into memory. */
export type SavedRun = { file: string; run: Omit<BenchResult, 'samples' | 'histograms'> }
export type Folder = { runs: SavedRun[]; skipped: { file: string; reason: string }[] }

const mostFiles = 2000
const largestFile = 200_000_000

/** All results in a folder (not below it), oldest first; other JSON is skipped, and said so. */
export const readHistory = async (folder: string): Promise<Folder> => {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such folder' : (cause.code ?? cause.message)
    throw new AppError('invalid_request', `${folder} cannot be read: ${reason}`)
  })
  const files = names.filter((name) => name.endsWith('.json')).toSorted()
  if (files.length > mostFiles) {
    throw new AppError(
      'invalid_request',
      `${folder} holds ${files.length} JSON files, and ${mostFiles} is the most; give a folder of results`,
    )
  }
  const read: Folder = { runs: [], skipped: [] }
  // One after the other: only one of them with its samples is in memory.
  for (const file of files) {
    try {
      read.runs.push(...(await readSaved(join(folder, file), file)))
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      read.skipped.push({ file, reason: cause.message })
    }
  }
  read.runs.sort((left, right) => Date.parse(left.run.started_at) - Date.parse(right.run.started_at))
  return read
}

const readSaved = async (path: string, file: string): Promise<SavedRun[]> => {
  const refuse = (reason: string): AppError => new AppError('invalid_request', reason)
  const { size } = await stat(path)
  if (size > largestFile) throw refuse('is larger than 200 MB')
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(`cannot be read: ${describeFileError(cause)}`)
  })
  return decodeRuns(text, refuse).map(({ samples: _samples, histograms: _histograms, ...run }) => ({
    file,
    run,
  }))
}
