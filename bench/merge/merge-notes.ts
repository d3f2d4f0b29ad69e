import type { BenchResult } from '../result.ts'
import type { Clock } from './clock.ts'
import { explainLeftOut } from './left-out.ts'

/** What a reader must know of the merge, then what the parts said themselves. */
export const writeNotes = (
  runs: BenchResult[],
  files: string[],
  { overlap, serverNote }: Pick<Clock, 'overlap'> & { serverNote: string | undefined },
): string[] => {
  const nonces = new Set(runs.map(({ configuration }) => configuration.prompts.nonce ?? 'none'))
  const urls = new Set(runs.map(({ target }) => target.base_url))
  const [{ configuration }] = runs as [BenchResult]
  return [
    `merged from ${runs.length} load generators, which ran together for ${Math.round(overlap * 100)} % of the shortest run; histograms were added and percentiles read from the sum`,
    configuration.prompts.source === 'built-in' && nonces.size < runs.length
      ? 'load generators sent the same prompts; a prefix cache makes them faster. Give each its own --seed'
      : undefined,
    urls.size > 1 ? `they reached the server by different addresses: ${[...urls].join(', ')}` : undefined,
    configuration.arrivals?.arrival === 'constant'
      ? 'several constant schedules together are not constant: see gap_cv under dispatch'
      : undefined,
    ...explainLeftOut(runs),
    serverNote,
    ...nameParts(runs, files),
  ].filter((note) => note !== undefined)
}

/** What all say is said once; else it is true of one part only. */
const nameParts = (runs: BenchResult[], files: string[]): string[] => {
  const named = runs.flatMap(({ notes }, part) =>
    notes.map((note) =>
      runs.every((other) => other.notes.includes(note)) ? note : `${files[part]}: ${note}`,
    ),
  )
  return [...new Set(named)]
}
