import type { Figures } from './rival.ts'
import type { TrueFigures } from './true-figures.ts'

/** One figure of a tool that is not the truth. `definition`: it says what the figure means, and that is right. */
export type Remark = { metric: string; said: number; truth: number; kind: 'error' | 'definition' | 'missing' }
export type Judgement =
  | { kind: 'figures'; remarks: Remark[] }
  /** A failing behaviour: how many requests were taken for good ones. */
  | { kind: 'failures'; succeeded: number; failed: number; requests: number }
  /** `lost`: there was something to report. */
  | { kind: 'no report'; why: string; lost: boolean }

/** Beyond this share of the truth a figure is wrong. */
export const tolerance = 0.1
const isNear = (said: number, truth: number): boolean => Math.abs(said - truth) <= truth * tolerance

export const judge = (figures: Figures, truth: TrueFigures, requests: number): Judgement => {
  const { succeeded, failed } = figures
  if (truth.fails) return { kind: 'failures', succeeded, failed, requests }
  if (succeeded === 0) return { kind: 'figures', remarks: [{ ...successes(0, requests), kind: 'error' }] }
  return {
    kind: 'figures',
    remarks: [
      ...(succeeded === requests ? [] : [{ ...successes(succeeded, requests), kind: 'error' as const }]),
      ...compare('TTFT', figures.ttft, truth.ttft),
      ...compare('TPOT', figures.tpot, truth.tpot),
      ...compareEnd(figures.e2e, truth),
      ...compare('tokens', figures.tokens, truth.tokens),
      ...compareGaps(figures.itl, truth.tpot),
    ],
  }
}

const successes = (said: number, requests: number): Omit<Remark, 'kind'> => ({
  metric: 'succeeded',
  said,
  truth: requests,
})

const compare = (metric: string, said: number | undefined, truth: number): Remark[] => {
  if (said === undefined) return [{ metric, said: Number.NaN, truth, kind: 'missing' }]
  return isNear(said, truth) ? [] : [{ metric, said, truth, kind: 'error' }]
}

/** To the end of the answer instead of its last token: another definition, where the two differ. */
const compareEnd = (said: number | undefined, truth: TrueFigures): Remark[] =>
  compare('E2E', said, truth.e2e).map((remark) =>
    remark.kind === 'error' && isNear(remark.said, truth.end) ? { ...remark, kind: 'definition' } : remark,
  )

/**
 * Tools that pool gaps call the gap between two events of the stream so, however many tokens an event carries. Half of
 * them lie above the mean of a request anyway, so that only another order of size is worth a remark.
 */
const compareGaps = (said: number | undefined, truth: number): Remark[] =>
  said === undefined || (said > truth / 2 && said < truth * 2)
    ? []
    : [{ metric: 'ITL', said, truth, kind: 'definition' }]
