/**
 * CPU microseconds that the gateway spends per request and per token, beside a bare node:http server that
 * sends the same bytes. Each server is a process of its own and reports its own CPU time, so neither the load
 * generator nor a busy machine is in the figure. Rounds are interleaved; the figures are medians.
 *
 *   npm run bench:gateway -- [--rounds 9] [--json]
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { median } from './median.ts'

const tokens = 64
const tokensPerSecond = 200

type Kind = 'plain' | 'stream' | 'paced'
const cases: Record<Kind, { requests: number; concurrency: number; label: string }> = {
  plain: { requests: 2000, concurrency: 32, label: 'whole answer' },
  stream: { requests: 1000, concurrency: 32, label: `stream, ${tokens} tokens at once` },
  paced: { requests: 128, concurrency: 64, label: `stream, ${tokens} tokens at ${tokensPerSecond}/s` },
}
const kinds = Object.keys(cases) as Kind[]

type Server = { child: ChildProcess; pool: Pool; path(kind: Kind): string; body(kind: Kind): string }

const requestBody = (kind: Kind): string =>
  JSON.stringify({
    model: kind === 'paced' ? 'paced' : 'fast',
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: 'Tell me a short story about a robot.' },
    ],
    max_tokens: tokens,
    ignore_eos: true,
    ...(kind !== 'plain' && { stream: true, stream_options: { include_usage: true } }),
  })

async function startServer(file: string, path: (kind: Kind) => string): Promise<Server> {
  const child = fork(new URL(file, import.meta.url), [String(tokensPerSecond)])
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 64, pipelining: 1 })
  return { child, pool, path, body: requestBody }
}

async function ask({ pool, path, body }: Server, kind: Kind): Promise<string> {
  const response = await pool.request({
    method: 'POST',
    path: path(kind),
    headers: { 'content-type': 'application/json' },
    body: body(kind),
  })
  const text = await response.body.text()
  if (response.statusCode !== 200) throw new Error(`${path(kind)} answered ${response.statusCode}: ${text}`)
  return text
}

async function cpuOf({ child }: Server): Promise<number> {
  child.send('cpu')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: number }]
  return cpu
}

/** CPU microseconds per request of one round. */
async function measure(server: Server, kind: Kind): Promise<number> {
  const { requests, concurrency } = cases[kind]
  const before = await cpuOf(server)
  let left = requests
  const worker = async () => {
    while (left-- > 0) await ask(server, kind)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return ((await cpuOf(server)) - before) / requests
}

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(flags.rounds)
const gateway = await startServer('gateway-server.ts', () => '/v1/chat/completions')
const bare = await startServer('gateway-bare.ts', (kind) => `/${kind}`)
const bodies = await Promise.all(kinds.map(async (kind) => [kind, await ask(gateway, kind)]))
bare.child.send({ bodies })
await once(bare.child, 'message')

const samples = new Map(kinds.map((kind) => [kind, { gateway: [] as number[], bare: [] as number[] }]))
// The first round warms up the compilers and is not counted.
for (let round = 0; round <= rounds; round++) {
  for (const kind of kinds) {
    const sample = { bare: await measure(bare, kind), gateway: await measure(gateway, kind) }
    if (round === 0) continue
    samples.get(kind)!.gateway.push(sample.gateway)
    samples.get(kind)!.bare.push(sample.bare)
  }
}
const results = kinds.map((kind) => {
  const sample = samples.get(kind)!
  const [ours, floor] = [median(sample.gateway), median(sample.bare)]
  return {
    kind,
    label: cases[kind].label,
    gateway: ours,
    bare: floor,
    ratio: ours / floor,
    tokens: kind === 'plain' ? 0 : tokens,
  }
})
if (flags.json) console.log(JSON.stringify({ rounds, node: process.version, results }, null, 2))
else {
  console.log(
    `CPU microseconds per request, medians of ${rounds} interleaved rounds, node ${process.version}\n`,
  )
  for (const { label, gateway: ours, bare: floor, ratio, tokens: count } of results) {
    const perToken =
      count > 0 ? `  per token: ${(ours / count).toFixed(2)} and ${(floor / count).toFixed(2)}` : ''
    console.log(
      `${label.padEnd(30)} gateway ${ours.toFixed(0).padStart(6)}  bare ${floor.toFixed(0).padStart(6)}  ratio ${ratio.toFixed(2)}${perToken}`,
    )
  }
}
for (const { child, pool } of [gateway, bare]) {
  await pool.close()
  child.disconnect()
}
