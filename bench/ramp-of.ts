import type { Ramp } from './steady/ramp.ts'
import type { Configuration } from './result.ts'

export const rampOf = ({ arrivals, ramp_up_s: closed }: Pick<Configuration, 'arrivals' | 'ramp_up_s'>): Ramp => ({
  ms: 1000 * (arrivals?.ramp_up_s ?? closed ?? 0),
  whole: arrivals?.ramp !== undefined,
}) // prettier-ignore
