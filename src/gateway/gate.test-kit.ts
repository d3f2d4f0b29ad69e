/** Lets a scripted engine go on, one event at a time. */
export function createGate() {
  let open = Promise.withResolvers<void>()
  let passes = 0
  return {
    step: async () => {
      while (passes === 0) await open.promise
      passes -= 1
    },
    let(count: number) {
      passes += count
      open.resolve()
      open = Promise.withResolvers()
    },
  }
}
