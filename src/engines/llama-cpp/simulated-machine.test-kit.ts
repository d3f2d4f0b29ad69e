import type { StepShape } from './step-times.ts'
import type { ThreadGovernor } from './thread-governor.ts'

/** Milliseconds; others keep `cores` busy between them. */
export type Visit = { from: number; to: number; cores: number }

export type SimulatedMachine = {
  cores: number
  /** Milliseconds of a step that nobody disturbs. */
  stepTime: (shape: StepShape, threads: number) => number
  visits?: Visit[]
  /** Every step is up to so much slower than the last. */
  noise?: number
  /** Whether anybody can see the neighbours. */
  blind?: boolean
}

/** As measured: a step that must share a core takes a hundred times as long. */
const collapseFactor = 100

/** Runs steps for `milliseconds` of the machine's time; returns rows per second. */
export function simulate(
  machine: SimulatedMachine,
  governor: ThreadGovernor,
  milliseconds: number,
  shapeOf: (step: number) => StepShape = () => ({ rows: 1, prefill: false }),
): number {
  const random = createRandom(7)
  const neighbours = (at: number) =>
    (machine.visits ?? []).reduce((sum, { from, to, cores }) => sum + (from <= at && at < to ? cores : 0), 0)
  const seen = (at: number) => (machine.blind === true ? 0 : neighbours(at))
  let now = 0
  let rows = 0
  for (let step = 0; now < milliseconds; step++) {
    const shape = shapeOf(step)
    const threads = governor.choose(shape, seen(now))
    const work = machine.stepTime(shape, threads) * (1 + (machine.noise ?? 0) * random())
    const end = finish(machine, now, work, (at) => threads === 1 || threads + neighbours(at) <= machine.cores)
    governor.record(end - now, seen(end))
    rows += shape.rows
    now = end
  }
  return (rows / now) * 1000
}

/** When `work` is done, which goes at full speed only while its threads fit. */
function finish({ visits }: SimulatedMachine, start: number, work: number, fits: (at: number) => boolean) {
  const borders = (visits ?? []).flatMap(({ from, to }) => [from, to]).toSorted((one, other) => one - other)
  let [now, left] = [start, work]
  for (;;) {
    const speed = fits(now) ? 1 : 1 / collapseFactor
    const border = borders.find((at) => at > now) ?? Infinity
    if (now + left / speed <= border) return now + left / speed
    left -= (border - now) * speed
    now = border
  }
}

/** Never changes its mind. */
export const createFixed = (threads: number): ThreadGovernor => ({ choose: () => threads, record() {} })

function createRandom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48271) % 2147483647) / 2147483647
}
