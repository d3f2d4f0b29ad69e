/** The caller's signal aborts at its deadline, and its reason is told; a call's own end must not come first. */
const graceMs = 1000

/** A call's usual limit, or what is left of its caller's time. `deadline` is on the clock of `performance.now()`. */
export const boundTime = (ms: number, deadline: number | undefined): number =>
  deadline === undefined ? ms : Math.min(ms, Math.max(0, deadline - performance.now()) + graceMs)
