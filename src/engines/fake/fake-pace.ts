/** Tokens between two turns of the event loop when nothing else makes the engine wait. */
const tokensPerTurn = 32

export type FakePace = {
  /** Resolves when the prompt would be processed. */
  prefill(tokens: number, signal: AbortSignal): Promise<void>
  /** Undefined when token `index` is due already, which at full speed costs nothing. */
  token(index: number, signal: AbortSignal): Promise<void> | undefined
}

/** Times count from the start, not from the token before: an answer at 50 tokens/s does not drift. */
export function createFakePace(tokensPerSecond: number, prefillTokensPerSecond: number): FakePace {
  const started = performance.now()
  let generationStart = started
  return {
    async prefill(tokens, signal) {
      if (prefillTokensPerSecond > 0) generationStart += (tokens / prefillTokensPerSecond) * 1000
      await waitUntil(generationStart, signal)
    },
    token(index, signal) {
      if (tokensPerSecond > 0)
        return waitUntil(generationStart + ((index + 1) / tokensPerSecond) * 1000, signal)
      return index % tokensPerTurn === tokensPerTurn - 1
        ? new Promise((resolve) => setImmediate(resolve))
        : undefined
    },
  }
}

/** Ends early, without an error, when the signal aborts. */
export function waitUntil(time: number, signal: AbortSignal): Promise<void> | undefined {
  const rest = time - performance.now()
  if (rest <= 0 || signal.aborted) return undefined
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    // Timers may fire a fraction of a millisecond early, never by more.
    const timer = setTimeout(end, Math.ceil(rest))
    signal.addEventListener('abort', end, { once: true })
  })
}
