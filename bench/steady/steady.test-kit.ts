import { createRandom } from '../arrivals/random.ts'
import type { Sample } from '../record/samples.ts'

export type Synthetic = {
  seed: number
  requests: number
  /** How much longer a request takes than the level, by how far the run is, from 0 to 1. */
  level?: (share: number) => number
}

const concurrency = 8
const latencyMs = 400
const spread = 0.2
const correlation = 0.3

/** A closed loop of eight against a server with log-normal latencies whose neighbours resemble each other. */
export const synthesize = ({ seed, requests, level = () => 1 }: Synthetic): Sample[] => {
  const random = createRandom(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const free = Array.from({ length: concurrency }, () => 0)
  let noise = 0
  const samples = Array.from({ length: requests }, (_, index): Sample => {
    const start = Math.min(...free)
    noise = correlation * noise + Math.sqrt(1 - correlation ** 2) * normal()
    const e2e = latencyMs * level(index / requests) * Math.exp(spread * noise)
    free[free.indexOf(start)] = start + e2e
    return { index, start, end: start + e2e, ttft: e2e / 5, e2e, output_tokens: 50 }
  })
  return samples.toSorted((left, right) => left.end - right.end)
}
