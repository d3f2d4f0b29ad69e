import { AppError } from '../errors.ts'

export type LoadHooks = { signal: AbortSignal; onProgress(fraction: number): void }

export type LoadJob<T> = {
  /** Waits with the others. Who leaves gets `cancelled`; when the last one leaves the load itself stops. */
  join(hooks: LoadHooks): Promise<T>
  /** Nobody waits any more: it ends soon, and whoever comes now must begin again. */
  readonly isLeft: boolean
  stop(): void
  /** Resolves, and never rejects, when it has ended and what it took is free. */
  readonly ended: Promise<void>
}

/** One load that several callers wait for. */
export function createLoadJob<T>(name: string, load: (hooks: LoadHooks) => Promise<T>): LoadJob<T> {
  const abort = new AbortController()
  const waiting = new Set<LoadHooks>()
  let fraction = 0
  const loading = load({
    signal: abort.signal,
    onProgress(now) {
      fraction = now
      for (const hooks of waiting) hooks.onProgress(now)
    },
  })
  const ended = loading.then(
    () => undefined,
    () => undefined,
  )
  return {
    ended,
    get isLeft() {
      return abort.signal.aborted
    },
    stop: () => abort.abort(),
    async join(hooks) {
      const left = Promise.withResolvers<never>()
      const leave = () => {
        waiting.delete(hooks)
        if (waiting.size === 0) abort.abort()
        left.reject(new AppError('cancelled', `loading ${name} was cancelled`))
      }
      waiting.add(hooks)
      hooks.onProgress(fraction)
      if (hooks.signal.aborted) leave()
      hooks.signal.addEventListener('abort', leave, { once: true })
      try {
        return await Promise.race([loading, left.promise])
      } finally {
        waiting.delete(hooks)
        hooks.signal.removeEventListener('abort', leave)
      }
    },
  }
}
