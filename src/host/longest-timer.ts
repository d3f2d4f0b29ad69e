/** Node's timers take no more, and fire at once when asked for it; the contract's milliseconds go up to 2^32. */
export const longestTimerMs = 2 ** 31 - 1
