import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../../src/errors.ts'
import { describeFileError } from '../describe-file-error.ts'
import { levelOf } from '../level.ts'
import { schemaVersion, type BenchResult } from '../result.ts'

/** Reads one run that `--json` wrote. */
export const readRun = async (path: string): Promise<BenchResult> => {
  const runs = await readRuns(path)
  if (runs.length === 1) return runs[0]!
  throw refuse(path, 'holds a sweep; give single runs, one concurrency or rate each')
}

/** Reads one run, or all repetitions of one load. */
export const readRepeats = async (path: string): Promise<BenchResult[]> => {
  const runs = await readRuns(path)
  const repeated = runs.every((run) => run.repeat !== undefined && levelOf(run) === levelOf(runs[0]!))
  if (runs.length === 1 || repeated) return runs
  throw refuse(path, 'holds a sweep; give single runs, one concurrency or rate each')
}

/** Reads what `--json` wrote: one run, or all levels of a sweep. */
export const readRuns = async (path: string): Promise<BenchResult[]> => {
  const size = await stat(path).then((found) => found.size, () => 0) // prettier-ignore
  if (size > largestFile) throw refuse(path, 'is larger than 500 MB; no result of sluice bench is')
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(path, `cannot be read: ${describeFileError(cause)}`)
  })
  return decodeRuns(text, (reason) => refuse(path, reason))
}

/** A document's runs, or what `refuse` makes of the reason why there are none. */
export const decodeRuns = (text: string, refuseFor: (reason: string) => AppError): BenchResult[] => {
  const document = parse(text)
  if (document === undefined) throw refuseFor('is no result of sluice bench --json: not JSON, or cut off')
  const swept = document.schema === 'sluice.bench.sweep'
  const runs = swept && Array.isArray(document.results) ? document.results : [document]
  if (runs.length === 0) throw refuseFor('holds no run')
  for (const run of runs) {
    if (run?.schema !== 'sluice.bench') throw refuseFor('is no result of sluice bench --json')
    const { schema_version: version } = run
    if (version !== schemaVersion) {
      throw refuseFor(
        `has schema version ${version ?? 'unknown'}, and this sluice reads ${schemaVersion}: measure again, or read it with the sluice that wrote it`,
      )
    }
    const missing = parts.find((part) => typeof run[part] !== 'object' || run[part] === null)
    if (missing !== undefined) throw refuseFor(`is no whole result: it has no "${missing}"`)
  }
  return runs as BenchResult[]
}

/** What everything that reads a result relies on. */
const parts = [
  'argv', 'environment', 'target', 'configuration', 'requests', 'errors', 'throughput', 'tokens', 'latency', 'stream',
  'self_check', 'steady', 'verdict', 'thresholds', 'notes', 'samples',
] as const // prettier-ignore

/** 500,000 samples are about 100 MB a run. */
const largestFile = 500_000_000

/** What makes two runs measurements of different things; empty when they can be set side by side. */
export const listDifferences = (before: BenchResult, after: BenchResult): string[] => {
  const facts = ({
    environment,
    target,
    configuration,
    cancellation,
  }: BenchResult): Record<string, unknown> => ({
    'the processor': environment.cpu_model,
    'the number of processors': environment.cpus,
    'the model': target.model,
    'the endpoint': target.endpoint,
    'the mode': configuration.mode,
    'the concurrency': configuration.concurrency,
    'the request rate': configuration.arrivals?.rate,
    'the arrivals': configuration.arrivals?.arrival,
    'the ramp': describe(configuration.arrivals?.ramp),
    'the ramp-up': configuration.ramp_up_s ?? configuration.arrivals?.ramp_up_s ?? 0,
    streaming: configuration.stream,
    max_tokens: configuration.max_tokens,
    'the prompts': configuration.prompts.source,
    'the prompt lengths': describe(configuration.prompts.lengths),
    'the extra body': describe(configuration.extra_body),
    'the sessions': describe(configuration.session),
    'the share that is cancelled': cancellation?.rate,
  })
  const [left, right] = [facts(before), facts(after)]
  return Object.keys(left)
    .filter((name) => left[name] !== right[name])
    .map((name) => `${name} (${String(left[name])}, then ${String(right[name])})`)
}

const describe = (value: object | undefined): string | undefined => value && JSON.stringify(value)

type Document = Omit<Partial<BenchResult>, 'schema'> & { schema?: string; results?: Document[] }

const parse = (text: string): Document | undefined => {
  try {
    return (JSON.parse(text) as Document | null) ?? undefined
  } catch {
    return undefined
  }
}

const refuse = (path: string, reason: string): AppError =>
  new AppError('invalid_request', `${path} ${reason}`)
