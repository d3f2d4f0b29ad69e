import { behaviours } from '../../bench/truth-server/behaviours.ts'
import type { Truth } from '../../bench/truth-server/truth.ts'
import { median } from '../median.ts'

/** What the server really did to the requests of one run: medians, in milliseconds. */
export type TrueFigures = {
  requests: number
  /** Every answer of this behaviour is a failure, however much of it came. */
  fails: boolean
  ttft: number
  tpot: number
  e2e: number
  /** To the end of the answer, usage included. */
  end: number
  tokens: number
}

export const trueFiguresOf = (behaviour: string, truths: Truth[]): TrueFigures => {
  const complete = truths.filter(({ outputs }) => outputs.length > 0)
  const first = (truth: Truth): number => truth.outputs[0]! - truth.receivedAt
  const last = (truth: Truth): number => truth.outputs.at(-1)! - truth.receivedAt
  return {
    requests: truths.length,
    fails: behaviours[behaviour]?.failure !== undefined,
    ttft: median(complete.map(first)),
    tpot: median(complete.map((truth) => (last(truth) - first(truth)) / (truth.tokens - 1))),
    e2e: median(complete.map(last)),
    end: median(complete.map((truth) => (truth.endedAt ?? Number.NaN) - truth.receivedAt)),
    tokens: median(complete.map(({ tokens }) => tokens)),
  }
}
