import type { Configuration } from './result.ts'

/** How a run's load changed by design. */
export type Ramp = {
  /** It grew to what was asked for this long. */
  ms: number
  /** It never stayed the same. */
  whole: boolean
}

export const noRamp: Ramp = { ms: 0, whole: false }

export const rampOf = ({ arrivals, ramp_up_s: closed }: Pick<Configuration, 'arrivals' | 'ramp_up_s'>): Ramp => ({
  ms: 1000 * (arrivals?.ramp_up_s ?? closed ?? 0),
  whole: arrivals?.ramp !== undefined,
}) // prettier-ignore
