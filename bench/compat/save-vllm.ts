import { appendFile, mkdir, stat, writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { AppError } from '../../src/errors.ts'
import { assertWritable } from '../report/write-result.ts'
import type { BenchResult } from '../result.ts'
import type { VllmResult } from './vllm-result.ts'
import { describeVllm } from './describe-vllm.ts'

export type SaveWish = {
  folder: string
  /** Absent: made of the load, the model and the date, as vLLM does. */
  name?: string
  /** With a list of each figure, request by request. */
  detailed: boolean
  /** As a further line of the file. */
  append: boolean
}

/** Asked before the run, so that no result is lost to a folder that cannot be written. */
export const assertSavable = async ({ folder, name }: SaveWish): Promise<void> => {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    throw refuse(folder, cause)
  })
  await assertWritable(join(folder, name ?? 'result.json'), 'result-dir')
}

/** vLLM's result file for each load; gives the paths. */
export const saveVllm = async (results: BenchResult[], wish: SaveWish): Promise<string[]> => {
  const paths: string[] = []
  for (const result of results) {
    const figures = result.compat?.vllm ?? describeVllm(result)
    const wanted = join(wish.folder, wish.name ?? fileNameOf(figures))
    const path = wish.append ? wanted : freeName(wanted, paths)
    const text = JSON.stringify({
      ...result.metadata,
      ...figures,
      ...(wish.detailed && listRequests(result)),
    })
    await (wish.append ? appendLine(path, text) : writeFile(path, text)).catch(
      (cause: NodeJS.ErrnoException) => {
        throw refuse(path, cause)
      },
    )
    paths.push(path)
  }
  return [...new Set(paths)]
}

const fileNameOf = ({
  label,
  backend,
  request_rate: rate,
  max_concurrency: most,
  model_id: model,
  date,
}: VllmResult): string => {
  const qps = typeof rate === 'number' && Number.isInteger(rate) ? `${rate}.0` : String(rate)
  const parts = [label ?? backend, `${qps}qps`, ...(most === null ? [] : [`concurrency${most}`]), model.split('/').at(-1)!, date] // prettier-ignore
  return `${parts.join('-').replaceAll(/[^\w.@+-]/g, '_')}.json`
}

/** Several loads of one command must not overwrite each other. */
const freeName = (path: string, taken: string[]): string => {
  const { dir, name, ext } = parse(path)
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? path : join(dir, `${name}-${number}${ext}`)
    if (!taken.includes(candidate)) return candidate
  }
}

const appendLine = async (path: string, text: string): Promise<void> => {
  const size = await stat(path).then((found) => found.size, () => 0) // prettier-ignore
  await appendFile(path, `${size > 0 ? '\n' : ''}${text}`)
}

/** Seconds, as vLLM has them. Texts of answers and single gaps are not kept. */
const listRequests = ({ samples }: BenchResult): Record<string, unknown[]> => ({
  input_lens: samples.map(({ prompt_tokens: tokens }) => tokens ?? 0),
  output_lens: samples.map(({ output_tokens: tokens, error }) => (error === undefined ? (tokens ?? 0) : 0)),
  ttfts: samples.map(({ ttft = 0, start, due = start }) => Math.max(0, ttft - (start - due)) / 1000),
  latencies: samples.map(({ e2e = 0, start, due = start }) => Math.max(0, e2e - (start - due)) / 1000),
  start_times: samples.map(({ start }) => start / 1000),
  errors: samples.map(({ error = '' }) => error),
})

const refuse = (path: string, { code, message }: NodeJS.ErrnoException): AppError =>
  new AppError('invalid_request', `cannot write the result to ${path}: ${code ?? message}`, {
    param: 'result-dir',
  })
