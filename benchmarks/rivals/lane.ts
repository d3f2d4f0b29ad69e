import { behaviours } from '../../bench/truth-server/behaviours.ts'
import { readTruths } from '../bench-accuracy-measure.ts'
import { judge, tolerance, type Judgement } from './judge.ts'
import type { Rival, RivalLoad } from './rival.ts'
import { runRival } from './run-rival.ts'
import { textOf, type Cell } from './table.ts'
import { trueFiguresOf } from './true-figures.ts'

type Given = Omit<RivalLoad, 'folder' | 'url' | 'model'>

/** Runs one tool after the other against one server. */
export const createLane = (url: string, given: Given) => {
  const measure = async (rival: Rival, behaviour: string): Promise<Judgement> => {
    const before = (await readTruths(url)).length
    const outcome = await runRival(rival, { ...given, url, model: behaviour })
    // Some end with an error and without a report where no request has succeeded.
    if (outcome.kind === 'no report')
      return { ...outcome, lost: behaviours[behaviour]?.failure === undefined }
    const truths = (await readTruths(url)).slice(before).filter((truth) => truth.behaviour === behaviour)
    return judge(outcome.figures, trueFiguresOf(behaviour, truths), given.requests)
  }
  return async (rival: Rival, behaviour: string): Promise<Cell> => {
    const started = performance.now()
    let judgement = await measure(rival, behaviour)
    // A pause of the machine may bend a time by a little; it does not do so twice.
    if (maybeNoise(judgement)) judgement = fewerErrors(judgement, await measure(rival, behaviour))
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    process.stderr.write(`${behaviour}, ${rival.name} (${seconds} s): ${textOf(judgement)}\n`)
    return { tool: rival.name, behaviour, judgement }
  }
}

/** An error of a time below three times the tolerance. */
const maybeNoise = (judgement: Judgement): boolean =>
  judgement.kind === 'figures' &&
  judgement.remarks.some(
    ({ kind, metric, said, truth }) =>
      kind === 'error' &&
      ['TTFT', 'TPOT', 'E2E'].includes(metric) &&
      Math.abs(said - truth) < 3 * tolerance * truth,
  )

const errorsIn = (judgement: Judgement): number =>
  judgement.kind === 'figures'
    ? judgement.remarks.filter(({ kind }) => kind === 'error').length
    : Number.POSITIVE_INFINITY

const fewerErrors = (one: Judgement, other: Judgement): Judgement =>
  errorsIn(other) < errorsIn(one) ? other : one
