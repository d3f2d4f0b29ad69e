import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../src/errors.ts'
import { describeFileError } from '../describe-file-error.ts'
import { describeRepeats, isRepeated } from '../repeat/describe-repeats.ts'
import { describeSweep } from '../sweep/describe-sweep.ts'
import { schemaVersion, type BenchResult } from '../result.ts'

/** Asked before the run: finding out after ten minutes would cost the result. */
export const assertWritable = async (path: string, flag = 'json'): Promise<void> => {
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isDirectory() === true) throw refuse(path, 'it is a folder', flag)
  await access(existing === undefined ? dirname(path) : path, constants.W_OK).catch(
    (cause: NodeJS.ErrnoException) => {
      throw refuse(
        path,
        cause.code === 'ENOENT' ? 'its folder does not exist' : describeFileError(cause),
        flag,
      )
    },
  )
}

/** Indented for readers, but one line per sample: a long run has hundreds of thousands. */
export const encodeResult = ({ samples, ...rest }: BenchResult): string => {
  const head = JSON.stringify(rest, undefined, 2).replace(/\n\}$/, '')
  const lines = samples.map((sample) => `\n    ${JSON.stringify(sample)}`).join(',')
  return `${head},\n  "samples": [${lines}${lines === '' ? '' : '\n  '}]\n}\n`
}

/** Several load points of one command: a document of documents, each as it would be alone. */
export const encodeResults = (results: BenchResult[]): string => {
  const [only] = results
  if (results.length === 1) return encodeResult(only!)
  const head = `"schema": "sluice.bench.sweep",\n"schema_version": ${schemaVersion},\n"sweep": ${JSON.stringify(describeSweep(results))}${isRepeated(results) ? `,\n"repeat": ${JSON.stringify(describeRepeats(results))}` : ''}`
  return `{${head},\n"results": [\n${results.map((result) => encodeResult(result).trimEnd()).join(',\n')}\n]}\n`
}

const refuse = (path: string, reason: string, flag = 'json'): AppError =>
  new AppError('invalid_request', `cannot write the result to ${path}: ${reason}`, { param: flag })
