export type Interrupt = { signal: AbortSignal; dispose(): void }

/** The first Ctrl-C (or SIGTERM) asks the run to stop and calls `onStop`; the second one ends the process. */
export const stopOnInterrupt = (onStop: () => void, exitCode: number): Interrupt => {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(exitCode)
    controller.abort()
    onStop()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    dispose() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}
