import { formatNumber, formatShare } from '../report/format-number.ts'
import type { MetricChange } from './comparison.ts'

export type ChangeTexts = {
  before: string
  after: string
  change: string
  /** In which the change lies with 99.5 % confidence; the unit is that of the change. */
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
  if (unit === 'share') {
    return {
      before: formatShare(before),
      after: formatShare(after),
      change: `${formatSigned(estimate)} pts`,
      range: `${formatSigned(lower)} to ${formatSigned(upper)}`,
    }
  }
  return {
    before: formatMilliseconds(before),
    after: formatMilliseconds(after),
    change: formatChange(estimate),
    range: `${formatSigned(lower)} to ${formatSigned(upper)}`,
  }
}

/** A share as a change: +3.2 %. */
export const formatChange = (share: number): string => `${formatSigned(share)} %`

/** In hundredths, of a whole or of a difference of two shares. */
const formatSigned = (share: number): string =>
  `${share > 0 ? '+' : ''}${formatNumber(share * 100, Math.abs(share) < 1 ? 1 : 0)}`

/** A time per token of a fast server is less than a millisecond. */
const formatMilliseconds = (value: number): string => `${formatNumber(value, value < 10 ? 2 : 1)} ms`
