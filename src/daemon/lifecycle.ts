import type { DaemonStatus } from '../protocols/control/types.ts'

export type Lifecycle = {
  state(): DaemonStatus['state']
  /** Aborted when the drain time is over. */
  shutdown: AbortSignal
  expire(): void
  /** Everything that was to be loaded is; a daemon that drains already stays so. */
  becomeReady(): void
  /** Runs `drain` once; the second call only waits for the first. */
  stop(drain: () => Promise<void>): Promise<void>
  stopped: Promise<void>
}

/** starting -> ready -> draining -> stopped, never back. */
export function createLifecycle(): Lifecycle {
  const stopped = Promise.withResolvers<void>()
  const shutdown = new AbortController()
  let state: DaemonStatus['state'] = 'starting'
  let stopping: Promise<void> | undefined
  return {
    state: () => state,
    shutdown: shutdown.signal,
    expire: () => shutdown.abort(),
    becomeReady() {
      if (state === 'starting') state = 'ready'
    },
    stop(drain) {
      state = 'draining'
      stopping ??= drain().then(stopped.resolve)
      return stopping
    },
    stopped: stopped.promise,
  }
}
