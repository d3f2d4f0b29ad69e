/**
 * Ten times the capacity through three keys, for a minute: a real daemon, a fake engine, an open loop. Fails unless
 * every request is answered or refused with 429 or 503 and both Retry-After headers, each key gets its share within
 * ten per cent, the daemon's memory is bounded, and its ledger has what the answers said of their usage.
 *
 *   npm run soak:overload -- [--seconds 60] [--json]
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { IssuedKeyAnswer } from '../src/protocols/control/key-types.ts'
import { compareLedger } from '../tests/compare-ledger.ts'
import { flood, unfairness, type FloodTally } from '../tests/flood.ts'
import { createSandbox, type Sandbox } from '../tests/sandbox.ts'
import { sum } from '../tests/usage-tally.ts'

const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, json: { type: 'boolean', default: false } },
})
const seconds = Number(flags.seconds)
/** Four slots and a fifth of a second for each request: twenty a second. */
const capacity = 20
const rates = { greedy: 6.5 * capacity, busy: 2.5 * capacity, modest: capacity }
const mebibyte = 1024 ** 2
/** V8 lets its heap grow to about 350 MiB before it collects in earnest, which takes it most of a minute. */
const mostBytes = 512 * mebibyte
/** In the second half, when it has. */
const mostGrowthBytes = 64 * mebibyte

async function readMemory({ daemonFile }: Sandbox): Promise<number> {
  const { base_url, token } = daemonFile()
  const response = await fetch(`${base_url}/api/daemon`, { headers: { authorization: `Bearer ${token}` } })
  return ((await response.json()) as { memory_bytes: number }).memory_bytes
}

async function run(box: Sandbox) {
  const model = { name: 'quick', engine: 'fake', source: 'fake:?tokens_per_second=100', parallel: 4 }
  writeFileSync(join(box.home, 'config.yaml'), JSON.stringify({ models: [model], queue_size: 24 }))
  const served = await box.sluice('serve')
  if (served.code !== 0) throw new Error(served.stderr)
  const keys: IssuedKeyAnswer[] = []
  for (const name of Object.keys(rates)) keys.push(await box.json<IssuedKeyAnswer>('keys', 'create', name))
  const flooders = Object.entries(rates).map(([name, perSecond], index) => ({
    name,
    perSecond,
    apiKey: keys[index]!.key,
  }))
  const load = { base: box.daemonFile().base_url, model: 'quick', tokens: 20, flooders }
  // Compiled and filled, before anything is compared.
  const warmUp = await flood({ ...load, seconds: Math.min(5, seconds / 4) })
  const memory = [await readMemory(box)]
  // A sample that cannot be had is left out: the requests say what is wrong.
  const sample = () =>
    void readMemory(box).then(
      (bytes) => memory.push(bytes),
      () => undefined,
    )
  const tallies = await flood({
    ...load,
    seconds,
    onSecond: sample,
  })
  memory.push(await readMemory(box))
  const answers = keys.map(({ id: key }, index) => ({
    key,
    usage: sum([warmUp[index]!.usage, tallies[index]!.usage]),
  }))
  const books = { answers: sum(answers.map(({ usage }) => usage)), faults: await compareLedger(box, answers) }
  return { tallies, memory, books }
}

function findFaults(tallies: FloodTally[], memory: number[]): string[] {
  const faults = tallies.flatMap(({ name, broken, withoutRetryAfter }) => [
    ...broken.slice(0, 3).map((reason) => `${name}: ${reason}`),
    ...(withoutRetryAfter > 0 ? [`${name}: ${withoutRetryAfter} refusals without Retry-After`] : []),
  ])
  if (unfairness(tallies) > 0.1) faults.push('the keys did not get equal shares')
  const middle = memory[memory.length >> 1]!
  if (Math.max(...memory) > mostBytes || memory.at(-1)! - middle > mostGrowthBytes)
    faults.push('the memory of the daemon grew')
  return faults
}

const box = createSandbox()
let measured
try {
  measured = await run(box)
} finally {
  await box.remove()
}
const { tallies, memory, books } = measured
const [start, middle, end, most] = [
  memory[0]!,
  memory[memory.length >> 1]!,
  memory.at(-1)!,
  Math.max(...memory),
]
const faults = [...findFaults(tallies, memory), ...books.faults]
if (flags.json)
  console.log(
    JSON.stringify({
      seconds,
      tallies,
      books: books.answers,
      memory_bytes: { start, middle, end, most },
      faults,
    }),
  )
else {
  for (const { name, sent, answered, refused, slowestMs } of tallies)
    console.log(
      `${name.padEnd(8)}${sent} sent, ${answered} answered, ${refused[429] ?? 0} times 429, ${refused[503] ?? 0} times 503, slowest ${Math.round(slowestMs)} ms`,
    )
  console.log(`farthest from an equal share: ${(100 * unfairness(tallies)).toFixed(1)} %`)
  const shown = Object.entries({ start, middle, end, most })
  console.log(
    `memory of the daemon: ${shown.map(([name, bytes]) => `${name} ${Math.round(bytes / mebibyte)} MiB`).join(', ')}`,
  )
  const { requests, errors, prompt_tokens, completion_tokens } = books.answers
  const same = books.faults.length === 0 ? 'the ledger says the same' : 'THE LEDGER SAYS OTHERWISE'
  console.log(
    `with the warm-up ${requests} requests, ${errors} refused, ${prompt_tokens} + ${completion_tokens} tokens; ${same}`,
  )
  for (const fault of faults) console.log(`FAULT ${fault}`)
}
process.exitCode = faults.length > 0 ? 1 : 0
