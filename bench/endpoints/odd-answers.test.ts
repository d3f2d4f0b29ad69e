import { expect, test } from 'vitest'
import { createRandom } from '../arrivals/random.ts'
import { endpoints } from './registry.ts'

const values = [null, 0, 1, '', 'word', true, [], {}, [null], [1], { a: null }]
const names =
  `choices delta message content usage error response output type data embedding timings done done_reason
  prompt_eval_count eval_duration text index tool_calls function arguments thinking stop_reason content_block item
  incomplete_details status finish_reason completion_tokens prompt_tokens_details input_tokens sent_ms`.split(
    /\s+/,
  )

/** JSON that has the right names in the wrong places. */
const createOddJson = (random: () => number): ((depth: number) => unknown) => {
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = <T>(list: T[]): T => list[below(list.length)]!
  const make = (depth: number): unknown => {
    const kind = depth === 0 ? 0 : random()
    if (kind < 0.3) return pick(values)
    if (kind < 0.5) return Array.from({ length: below(3) }, () => make(depth - 1))
    return Object.fromEntries(Array.from({ length: below(5) }, () => [pick(names), make(depth - 1)]))
  }
  return make
}

test.each(Object.entries(endpoints))(
  '%s reads whatever a server sends without throwing',
  (_name, endpoint) => {
    const make = createOddJson(createRandom(7))
    for (let round = 0; round < 20_000; round += 1) {
      const json = make(4)
      expect(() => endpoint.decode(json), JSON.stringify(json)).not.toThrow()
    }
  },
)
