import type { MachineLoad } from './machine-load.ts'

/** How many cores other processes need. Asked around each step; between requests nobody asks and nothing runs. */
export type Neighbours = {
  beforeStep(): number
  afterStep(): number
}

/** Steps that follow each other so closely belong to one stretch of work. */
const longestPause = 20
/**
 * Idle times come in hundredths of a second: a shorter window says little, a longer one little of now. Where it
 * is all there is, the window is longer, as it costs 27 us a core to look.
 */
const window = { least: 100, leastAlone: 250, most: 10_000 }

/**
 * Who runs now is known exactly but may be gone in a millisecond: our own daemon that passes tokens on, a client
 * that has just asked. So a neighbour counts when it was there at the last step's end already, or, after a
 * pause, when it took a core during the pause.
 */
export function createNeighbours(machine: MachineLoad): Neighbours {
  const { cores, running } = machine
  const leastWindow = running === undefined ? window.leastAlone : window.least
  let start = measure(machine)
  let lastStep = -Infinity
  let lastSeen = 0
  let average = 0

  /** Cores that others have used since the last call that looked, which was long enough ago. */
  function updateAverage(): number | undefined {
    const passed = machine.now() - start.now
    if (passed < leastWindow) return undefined
    const end = measure(machine)
    const used = cores - (end.idle - start.idle + end.own - start.own) / passed
    start = end
    if (passed > window.most) return undefined
    return (average = Math.max(0, Math.min(cores, Math.round(used))))
  }
  if (running === undefined) {
    const look = () => {
      updateAverage()
      return average
    }
    return { beforeStep: look, afterStep: look }
  }
  const seeNow = () => Math.max(0, running() - 1)
  return {
    beforeStep() {
      const now = seeNow()
      if (now === 0) return 0
      if (machine.now() - lastStep <= longestPause) return Math.min(now, lastSeen)
      return Math.min(now, updateAverage() ?? now)
    },
    afterStep() {
      lastSeen = seeNow()
      lastStep = machine.now()
      if (lastStep - start.now > leastWindow) start = measure(machine)
      return lastSeen
    },
  }
}

const measure = (machine: MachineLoad) => ({ now: machine.now(), own: machine.own(), idle: machine.idle() })
