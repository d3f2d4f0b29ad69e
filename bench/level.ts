import type { ArrivalUnit } from './load-unit.ts'
import type { BenchResult, Configuration } from './result.ts'

/** A search jumps between loads and repetitions go round; a reader wants them in their order. A list stays as it was given. */
export const inOrderOfLoad = (results: BenchResult[]): BenchResult[] =>
  results[0]?.sweep === undefined && results[0]?.repeat === undefined
    ? results
    : results.toSorted((left, right) => loadOf(left) - loadOf(right))

/** The load of a run in words; in a sweep it tells the levels apart. */
export const levelOf = ({ configuration }: BenchResult): string =>
  configuration.arrivals === null
    ? `concurrency ${configuration.concurrency}`
    : `${rateOf(configuration.arrivals)} ${arrivalUnit(configuration)}`

/** What an open loop's rate counts. */
export const arrivalUnit = ({ session }: Pick<Configuration, 'session'>): ArrivalUnit =>
  session === undefined ? 'requests/s' : 'sessions/s'

const rateOf = ({ rate, ramp }: NonNullable<Configuration['arrivals']>): string =>
  ramp === undefined ? String(rate) : `${ramp.from} to ${ramp.to}`

/** The same as a number: requests in flight or requests per second. */
export const loadOf = ({ configuration: { arrivals, concurrency } }: BenchResult): number =>
  arrivals?.rate ?? concurrency

/** The same where repetitions of one load have to be told apart. */
export const nameOf = (result: BenchResult): string =>
  result.repeat === undefined ? levelOf(result) : `${levelOf(result)}, run ${result.repeat.run}`
