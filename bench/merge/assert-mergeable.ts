import { AppError } from '../../src/errors.ts'
import { histogramNames, type BenchResult } from '../result.ts'
import { rampOf } from '../ramp-of.ts'
import type { Clock } from './clock.ts'

/** Runs that shared less of their time were not one load. */
const leastOverlap = 0.8

/** Throws with the reason when the runs are not parts of one: pooled, their figures would mean nothing. */
export const assertMergeable = (runs: BenchResult[], files: string[], clock: Clock): void => {
  const [first] = runs
  if (runs.length < 2) throw refuse('there is only one result; give at least two')
  for (const [index, run] of runs.entries()) {
    const differences = listDifferences(first!, run)
    if (differences.length > 0) {
      throw refuse(`${files[0]} and ${files[index]} differ in ${differences.join(', ')}`)
    }
    if (run.merged_from !== undefined) {
      throw refuse(`${files[index]} is merged already; merge the results it was made from, all at once`)
    }
    if (run.requests.succeeded === 0) throw refuse(`no request succeeded in ${files[index]}`)
    const missing = histogramNames.find(
      (name) => run.latency[name] !== null && run.histograms?.[name] === undefined,
    )
    const isShort = run.turns?.some((turn) => turn.ttft !== null && turn.ttft_histogram === undefined)
    if (missing !== undefined || isShort === true) {
      throw refuse(
        `${files[index]} has no histogram of ${missing ?? 'ttft by turn'}; measure again with this version`,
      )
    }
  }
  assertApart(runs, files)
  if (clock.overlap < leastOverlap) {
    throw refuse(
      `all of them ran at the same time for only ${Math.round(clock.overlap * 100)} % of the shortest run, and ${leastOverlap * 100} % are needed: start them together, and check that the machines' clocks agree`,
    )
  }
}

const listDifferences = (left: BenchResult, right: BenchResult): string[] => {
  const facts = ({ sluice_version: version, target, configuration, goodput, cancellation }: BenchResult) => ({
    'the version of sluice': version,
    'the model': target.model,
    'the endpoint': target.endpoint,
    'the mode': configuration.mode,
    'the arrivals': configuration.arrivals?.arrival,
    'the burstiness': configuration.arrivals?.burstiness,
    streaming: configuration.stream,
    max_tokens: configuration.max_tokens,
    temperature: configuration.temperature,
    ignore_eos: configuration.ignore_eos,
    'the timeout': configuration.timeout_s,
    'the prompts': configuration.prompts.source,
    'the prompt lengths': describe(configuration.prompts.lengths),
    'the extra body': describe(configuration.extra_body),
    'the sessions': describe(configuration.session),
    'the share that is cancelled': cancellation?.rate,
    'the ramp': configuration.arrivals?.ramp?.strategy,
    'the ramp-up': rampOf(configuration).ms,
    'the goodput limits': goodput === null ? undefined : JSON.stringify(goodput.limits),
  })
  const [before, after] = [facts(left), facts(right)]
  return Object.entries(before).flatMap(([name, value]) => {
    const other = after[name as keyof typeof after]
    return value === other ? [] : [`${name} (${String(value)} and ${String(other)})`]
  })
}

const describe = (value: object | undefined): string | undefined => value && JSON.stringify(value)

/** The same file twice would double every figure and look like a good result. */
const assertApart = (runs: BenchResult[], files: string[]): void => {
  const seen = new Map<string, string>()
  for (const [index, run] of runs.entries()) {
    const mark = JSON.stringify([run.started_at, run.monotonic_origin_ms, run.argv, run.duration_s])
    const twin = seen.get(mark)
    if (twin !== undefined) throw refuse(`${twin} and ${files[index]} are the same run`)
    seen.set(mark, files[index]!)
  }
}

const refuse = (reason: string): AppError => new AppError('invalid_request', `cannot merge: ${reason}`)
