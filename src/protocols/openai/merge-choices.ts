import type { EngineEvent } from '../../engine/types.ts'

export type ChoiceEvent = { index: number; event: EngineEvent }
type Arrival = { index: number; result: IteratorResult<EngineEvent> } | { error: unknown }

/**
 * All choices as one stream, in the order in which their events arrive. Each source is asked for its next
 * event only after its last one was taken, so a slow reader slows the engine instead of filling memory.
 */
export async function* mergeChoices(choices: AsyncIterable<EngineEvent>[]): AsyncGenerator<ChoiceEvent> {
  const iterators = choices.map((choice) => choice[Symbol.asyncIterator]())
  const arrivals: Arrival[] = []
  let wake = () => {}
  const arrive = (arrival: Arrival) => {
    arrivals.push(arrival)
    wake()
  }
  const ask = (index: number) =>
    iterators[index]!.next().then(
      (result) => arrive({ index, result }),
      (error: unknown) => arrive({ error }),
    )
  try {
    for (const index of iterators.keys()) void ask(index)
    let open = iterators.length
    while (open > 0) {
      const arrival = arrivals.shift()
      if (!arrival) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      if ('error' in arrival) throw arrival.error
      if (arrival.result.done) {
        open -= 1
        continue
      }
      yield { index: arrival.index, event: arrival.result.value }
      void ask(arrival.index)
    }
  } finally {
    // Not awaited: an iterator that is in the middle of a step answers only after it.
    for (const iterator of iterators) iterator.return?.().catch(() => {})
  }
}
