/** How a run's load changed by design. */
export type Ramp = {
  /** It grew to what was asked for this long. */
  ms: number
  /** It never stayed the same. */
  whole: boolean
}

export const noRamp: Ramp = { ms: 0, whole: false }
