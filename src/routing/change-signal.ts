export interface ChangeSignal {
  notify(): void
  /** Returns how to stop it. */
  subscribe(listener: () => void): () => void
  /** Resolves at the next change, when the time is over, or when the signal aborts. */
  next(timeoutMs: number, signal: AbortSignal | undefined): Promise<void>
}

export function createChangeSignal(): ChangeSignal {
  const listeners = new Set<() => void>()
  const subscribe = (listener: () => void) => {
    // Wrapped, because the same function may subscribe twice.
    const own = () => listener()
    listeners.add(own)
    return () => void listeners.delete(own)
  }
  return {
    subscribe,
    notify() {
      // One that is subscribed meanwhile has missed nothing.
      for (const listener of Array.from(listeners)) listener()
    },
    next(timeoutMs, signal) {
      if (signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const end = () => {
          unsubscribe()
          clearTimeout(timer)
          signal?.removeEventListener('abort', end)
          resolve()
        }
        const unsubscribe = subscribe(end)
        const timer = setTimeout(end, Math.ceil(timeoutMs))
        signal?.addEventListener('abort', end)
      })
    },
  }
}
