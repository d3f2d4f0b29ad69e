import { readFile } from 'node:fs/promises'
import { AppError } from '../../src/errors.ts'
import { schemaVersion, type BenchResult } from '../result.ts'

/** Reads what `--json` wrote. */
export const readRun = async (path: string): Promise<BenchResult> => {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(path, `cannot be read (${cause.code ?? cause.message})`)
  })
  const document = parse(text)
  if (document?.schema === 'sluice.bench.sweep')
    throw refuse(path, 'holds a sweep; compare single runs, one concurrency or rate each')
  if (document?.schema !== 'sluice.bench') throw refuse(path, 'is no result of sluice bench --json')
  if (document.schema_version !== schemaVersion)
    throw refuse(
      path,
      `has schema version ${document.schema_version}, and this program reads ${schemaVersion}`,
    )
  return document as BenchResult
}

/** What makes two runs measurements of different things; empty when they can be set side by side. */
export const listDifferences = (before: BenchResult, after: BenchResult): string[] => {
  const facts = ({ environment, target, configuration }: BenchResult): Record<string, unknown> => ({
    'the processor': environment.cpu_model,
    'the number of processors': environment.cpus,
    'the model': target.model,
    'the endpoint': target.endpoint,
    'the mode': configuration.mode,
    'the concurrency': configuration.concurrency,
    'the request rate': configuration.arrivals?.rate,
    'the arrivals': configuration.arrivals?.arrival,
    streaming: configuration.stream,
    max_tokens: configuration.max_tokens,
    'the prompts': configuration.prompts.source,
  })
  const [left, right] = [facts(before), facts(after)]
  return Object.keys(left)
    .filter((name) => left[name] !== right[name])
    .map((name) => `${name} (${String(left[name])}, then ${String(right[name])})`)
}

type Document = Omit<Partial<BenchResult>, 'schema'> & { schema?: string }

const parse = (text: string): Document | undefined => {
  try {
    return JSON.parse(text) as Document
  } catch {
    return undefined
  }
}

const refuse = (path: string, reason: string): AppError =>
  new AppError('invalid_request', `${path} ${reason}`)
