import { endpoints } from '../endpoints/registry.ts'
import { countConcurrency, createCountLater, type CountLater } from '../record/count-later.ts'
import { openConnections } from '../wire/open-connections.ts'
import type { Target } from '../wire/target.ts'
import type { BenchOptions } from '../options.ts'
import { countByTokenizer } from './count-tokens.ts'

export type Counting = {
  record: CountLater['record']
  settle(interrupted: boolean): Promise<void>
}

/** In characters, of all answers that wait to be counted: a run of ordinary length comes nowhere near. */
export const maxHeldOutput = 64 * 1024 * 1024

/** Counting must not take longer than the run; whoever stopped a run wants its report soon. */
const settleMs = { ended: 60_000, interrupted: 5_000 }

type Wanted = {
  options: BenchOptions
  target: Target
  model: string
  signal: AbortSignal
  record: CountLater['record']
}

/** Undefined where the server has no tokenize endpoint that counts. */
export const startCounting = async ({
  options,
  target,
  model,
  signal,
  record,
}: Wanted): Promise<Counting | undefined> => {
  if (endpoints[options.endpoint].framing === 'none') return undefined
  const open = () => openConnections(options, target, countConcurrency)
  const probing = open()
  try {
    const probe = countByTokenizer({ target, model, signal, connections: probing }, 'answers')
    if (((await probe('one two three')) ?? 0) < 1) return undefined
  } finally {
    await probing.close()
  }
  const later = createCountLater(record)
  return {
    record: later.record,
    async settle(interrupted) {
      const connections = open()
      const limit = AbortSignal.timeout(interrupted ? settleMs.interrupted : settleMs.ended)
      const count = countByTokenizer({ target, model, signal: limit, connections }, 'answers')
      try {
        await later.settle(async (text) => (limit.aborted ? undefined : count(text)))
      } finally {
        await connections.close()
      }
    },
  }
}
