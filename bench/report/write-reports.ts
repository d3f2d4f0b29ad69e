import { appendFile, writeFile } from 'node:fs/promises'
import { AppError } from '../../src/errors.ts'
import type { BenchResult } from '../result.ts'
import { describeFileError } from '../describe-file-error.ts'
import { encodeCsv } from './csv.ts'
import { renderPage } from './html/page.ts'
import { encodeJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { assertWritable, encodeResults } from './write-result.ts'

const encoders = {
  json: encodeResults,
  html: renderPage,
  csv: encodeCsv,
  markdown: renderMarkdown,
  junit: encodeJunit,
}
type Form = keyof typeof encoders
const forms = Object.keys(encoders) as Form[]

/** Where each form goes; `-` is standard output, and `auto` of Markdown is GitHub's step summary. */
export type ReportPaths = Partial<Record<Form, string | undefined>>

/** Asked before a run, so that no result is lost to a misspelled folder. */
export const assertReportPaths = async (paths: ReportPaths): Promise<void> => {
  const toScreen = forms.filter((form) => paths[form] === '-')
  if (toScreen.length > 1) {
    throw new AppError(
      'invalid_request',
      `only one of ${toScreen.map((form) => `--${form}`).join(' and ')} can go to standard output`,
    )
  }
  for (const form of forms) {
    const path = paths[form]
    if (path !== undefined && path !== '-' && !isAutomatic(form, path)) await assertWritable(path, form)
  }
}

export type ReportEnvironment = {
  output: { write(text: string): unknown }
  /** `GITHUB_STEP_SUMMARY`: the file that GitHub shows on a run's page. Its text grows; nobody owns all of it. */
  summaryFile: string | undefined
}

/** Each that can be written is: one that cannot costs no other. */
export const writeReports = async (
  paths: ReportPaths,
  results: BenchResult[],
  { output, summaryFile }: ReportEnvironment,
): Promise<void> => {
  const failures: AppError[] = []
  for (const form of forms) {
    const path = paths[form]
    if (path === undefined) continue
    const text = encoders[form](results)
    const note = (cause: NodeJS.ErrnoException): unknown => failures.push(describe(form, path, cause))
    if (path === '-') output.write(text)
    else if (!isAutomatic(form, path)) await writeFile(path, text).catch(note)
    else if (summaryFile !== undefined) await appendFile(summaryFile, text).catch(note)
  }
  const [first, ...others] = failures
  if (first === undefined) return
  throw others.length === 0
    ? first
    : new AppError(first.code, failures.map(({ message }) => message).join('; '))
}

const isAutomatic = (form: Form, path: string): boolean => form === 'markdown' && path === 'auto'

const describe = (form: Form, path: string, cause: NodeJS.ErrnoException): AppError =>
  new AppError(
    cause.code === 'ENOSPC' ? 'insufficient_storage' : 'invalid_request',
    `cannot write --${form} to ${path}: ${describeFileError(cause)}`,
    { param: form },
  )
