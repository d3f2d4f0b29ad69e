import { setMaxListeners } from 'node:events'

export type GiveUp = { signal: AbortSignal; dispose(): void }

/** The signal that ends requests in flight: `graceMs` after the one that ends sending. */
export const createGiveUp = (stop: AbortSignal, graceMs: number): GiveUp => {
  const controller = new AbortController()
  // Every request in flight listens; the default limit of ten would print a warning into the report.
  setMaxListeners(0, controller.signal)
  let timer: NodeJS.Timeout | undefined
  const onStop = (): void => {
    timer = setTimeout(() => controller.abort(), graceMs)
  }
  if (stop.aborted) onStop()
  else stop.addEventListener('abort', onStop, { once: true })
  return {
    signal: controller.signal,
    dispose() {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
    },
  }
}
