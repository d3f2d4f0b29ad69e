import { formatNumber, formatShare } from '../report/format-number.ts'
import type { MetricChange } from './comparison.ts'

export type ChangeTexts = {
  before: string
  after: string
  change: string
  /** In which the change lies with 99.5 % confidence. */
  range: string
}

/** The same words in every form of report. */
export const describeChange = ({
  unit,
  before,
  after,
  estimate,
  lower,
  upper,
}: MetricChange): ChangeTexts => {
  const value = (figure: number): string => (unit === 'ms' ? `${formatNumber(figure, 1)} ms` : formatShare(figure)) // prettier-ignore
  const change = unit === 'ms' ? formatChange : formatPoints
  return {
    before: value(before),
    after: value(after),
    change: change(estimate),
    range: `${change(lower)} to ${change(upper)}`,
  }
}

/** A share as a change: +3.2 %. */
export const formatChange = (share: number): string =>
  `${share > 0 ? '+' : ''}${formatNumber(share * 100, 1)} %`

/** A difference of two shares, which is no share of anything. */
const formatPoints = (difference: number): string =>
  `${difference > 0 ? '+' : ''}${formatNumber(difference * 100, 1)} points`
