/**
 * CPU microseconds that the queue in front of a model costs per request: entering and leaving with nobody else
 * there, and taking a place, waiting for the turn and running while others wait, from three keys or from as many as
 * there are requests; the same with one question about a place per request.
 *
 *   npm run bench:admission -- [--rounds 7] [--json]
 */
import { parseArgs } from 'node:util'
import { createAdmission } from '../src/admission/admission.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
})
const requests = 20_000
const slots = 16

type Case = { waiting: number; keys: number; asking: number }
const cases: Case[] = [
  { waiting: 0, keys: 3, asking: 0 },
  ...[1000, 10_000].flatMap((waiting) => [
    { waiting, keys: 3, asking: 0 },
    { waiting, keys: waiting, asking: 0 },
    { waiting, keys: 3, asking: 1 },
  ]),
]

/** Keeps so many waiting: in each turn those that run end, as many start, and as many come. */
async function measure({ waiting, keys, asking }: Case): Promise<number> {
  const admission = createAdmission({ slots, queue: waiting + slots, maxWaitMs: 3_600_000 })
  const running: (() => void)[] = []
  let last = () => 0
  let count = 0
  const enter = () => {
    const turn = admission.enter({
      units: 1,
      key: `key-${count++ % keys}`,
      // Each request has one of its own.
      signal: new AbortController().signal,
      onWait: (place) => (last = place),
    })
    void turn.then((release) => running.push(release))
  }
  const endAll = async () => {
    for (const release of running.splice(0)) release()
    // Turns arrive as promises.
    await new Promise((resolve) => setImmediate(resolve))
  }
  while (count < waiting) enter()
  const before = process.cpuUsage()
  for (let turn = 0; turn < requests / slots; turn++) {
    for (let place = 0; place < slots; place++) enter()
    for (let asked = 0; asked < slots * asking; asked++) last()
    await endAll()
  }
  const { user, system } = process.cpuUsage(before)
  while (admission.status().running > 0) await endAll()
  return (user + system) / requests
}

const samples = new Map(cases.map((each) => [each, [] as number[]]))
for (let round = 0; round <= Number(flags.rounds); round++) {
  for (const each of cases) {
    const cost = await measure(each)
    // The first round only warms up.
    if (round > 0) samples.get(each)!.push(cost)
  }
}
const results = cases.map((each) => ({ ...each, cpu_us: median(samples.get(each)!) }))
if (flags.json) console.log(JSON.stringify({ rounds: Number(flags.rounds), node: process.version, results }))
else
  for (const { waiting, keys, asking, cpu_us } of results)
    console.log(
      `${String(waiting).padStart(6)} waiting, ${String(keys).padStart(5)} keys${asking > 0 ? ', a place is asked for' : ''.padEnd(23)}  ${cpu_us.toFixed(2)} µs`,
    )
