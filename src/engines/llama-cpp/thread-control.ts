import type { NativeContext } from './binding.ts'
import type { Neighbours } from './neighbours.ts'
import type { StepShape } from './step-times.ts'
import type { ThreadGovernor } from './thread-governor.ts'

/** Who says how many threads a step gets. */
export type ThreadControl = {
  /** In use now; known after the context is gone, too. */
  count(): number
  beforeStep(shape: StepShape): void
  /** `milliseconds`: how long llama.cpp took. */
  afterStep(milliseconds: number): void
  /** A fixed number from now on. */
  fix(threads: number): void
}

export type ThreadControlInput = {
  context: Pick<NativeContext, 'setThreads'>
  /** What the context has been created with. */
  threads: number
  /** Absent: the number stays. */
  governor?: ThreadGovernor | undefined
  /** Absent where the machine does not tell. */
  neighbours?: Neighbours | undefined
}

export function createThreadControl(input: ThreadControlInput): ThreadControl {
  const { context, neighbours } = input
  let { threads, governor } = input
  function use(count: number): void {
    if (count === threads) return
    context.setThreads(count)
    threads = count
  }
  return {
    count: () => threads,
    beforeStep(shape) {
      if (governor !== undefined) use(governor.choose(shape, neighbours?.beforeStep() ?? 0))
    },
    afterStep(milliseconds) {
      governor?.record(milliseconds, neighbours?.afterStep() ?? 0)
    },
    fix(count) {
      governor = undefined
      use(count)
    },
  }
}
