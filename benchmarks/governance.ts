/**
 * What governance costs: the gateway with the fake engine, bare and with keys, 13 limits in memory, the queue (16
 * slots for 32 streams) and the ledger on SQLite switched on, alone and all together. CPU microseconds per request of
 * the thread that serves, and of all threads (the ledger's with them); each variant is a process of its own, rounds
 * are interleaved, figures are medians. Then latencies of single requests, asked of off and on in turns.
 *
 *   npm run bench:governance -- [--rounds 9] [--requests 2000] [--pairs 3000] [--json]
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import type { UsageVerdict } from '../src/stats/verify-usage.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    requests: { type: 'string', default: '2000' },
    pairs: { type: 'string', default: '3000' },
    json: { type: 'boolean', default: false },
  },
})
const [rounds, requests, pairs] = [flags.rounds, flags.requests, flags.pairs].map(Number) as [
  number,
  number,
  number,
]
const streams = 32
const warmUp = 6000
const tokens = 16
/** Microseconds of the whole process: what governance may cost. */
const target = 60

type Cpu = { main: number; all: number }
type Server = { name: string; child: ChildProcess; pool: Pool; keys: string[]; asked: number }

const body = (stream: boolean) =>
  JSON.stringify({
    model: 'fast',
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: 'Tell me a short story about a robot.' },
    ],
    max_tokens: tokens,
    ignore_eos: true,
    ...(stream && { stream: true, stream_options: { include_usage: true } }),
  })
const bodies = { whole: body(false), stream: body(true) }
type Kind = keyof typeof bodies
const kinds = Object.keys(bodies) as Kind[]

async function start(name: string, parts: string): Promise<Server> {
  const child = fork(new URL('governance-server.ts', import.meta.url), [parts])
  const [{ port, keys }] = (await once(child, 'message')) as [{ port: number; keys: string[] }]
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: streams, pipelining: 1 })
  return { name, child, pool, keys, asked: 0 }
}

async function ask(server: Server, kind: Kind): Promise<void> {
  const key = server.keys[(server.asked += 1) % server.keys.length]
  const { statusCode, body: answer } = await server.pool.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    body: bodies[kind],
  })
  const text = await answer.text()
  if (statusCode !== 200) throw new Error(`${server.name} answered ${statusCode}: ${text}`)
}

async function tell<T>({ child }: Server, question: string): Promise<T> {
  child.send(question)
  const [answer] = (await once(child, 'message')) as [T]
  return answer
}

/** CPU microseconds per request of one round. */
async function measure(server: Server, kind: Kind, count = requests): Promise<Cpu> {
  const before = await tell<Cpu>(server, 'cpu')
  let left = count
  const client = async () => {
    while (left-- > 0) await ask(server, kind)
  }
  await Promise.all(Array.from({ length: streams }, client))
  const after = await tell<Cpu>(server, 'cpu')
  return { main: (after.main - before.main) / count, all: (after.all - before.all) / count }
}

/** Milliseconds of single requests, of both in turns, so that whatever the machine does is in both. */
async function compareLatency(off: Server, on: Server): Promise<[number[], number[]]> {
  const lists: [number[], number[]] = [[], []]
  for (let pair = 0; pair < pairs; pair += 1) {
    const turns = pair % 2 === 0 ? [0, 1] : [1, 0]
    for (const which of turns) {
      const began = performance.now()
      await ask(which === 0 ? off : on, 'whole')
      lists[which]!.push(performance.now() - began)
    }
  }
  return lists
}

const percentile = (list: number[], share: number) =>
  list.toSorted((one, other) => one - other)[Math.floor(share * (list.length - 1))]!

const servers = [
  await start('off', ''),
  await start('keys', 'keys'),
  await start('keys, limits', 'keys+limits'),
  await start('keys, queue', 'keys+queue'),
  await start('keys, audit', 'keys+audit'),
  await start('on', 'keys+limits+queue+audit'),
]
const [off, on] = [servers[0]!, servers.at(-1)!]
const samples = new Map(servers.map(({ name }) => [name, { whole: [] as Cpu[], stream: [] as Cpu[] }]))
// A daemon that has served for a minute is what is measured, not V8's compilers.
for (const server of servers) for (const kind of kinds) await measure(server, kind, warmUp)
for (let round = 0; round < rounds; round += 1)
  for (const kind of kinds)
    for (const server of servers) {
      samples.get(server.name)![kind].push(await measure(server, kind))
    }
const [latencyOff, latencyOn] = await compareLatency(off, on)
const verdict = await tell<UsageVerdict>(on, 'verify')

const bare = samples.get('off')!
const figures = servers.map(({ name }) => {
  const own = samples.get(name)!
  const of = (kind: Kind, which: keyof Cpu) => ({
    us: median(own[kind].map((each) => each[which])),
    added: median(own[kind].map((each, round) => each[which] - bare[kind][round]![which])),
  })
  return {
    name,
    whole: { main: of('whole', 'main'), all: of('whole', 'all') },
    stream: { main: of('stream', 'main'), all: of('stream', 'all') },
  }
})
const latency = [0.5, 0.99].map((share) => {
  const [without, with_] = [percentile(latencyOff, share), percentile(latencyOn, share)]
  return { share, off_us: without * 1000, on_us: with_ * 1000, added_us: (with_ - without) * 1000 }
})
const books = { agrees: verdict.agrees, rows: verdict.requests, asked: on.asked }
if (flags.json)
  console.log(JSON.stringify({ rounds, requests, node: process.version, figures, latency, books }))
else {
  const cell = ({ us, added }: { us: number; added: number }) =>
    `${us.toFixed(0).padStart(6)}${`(+${added.toFixed(1)})`.padStart(9)}`
  console.log(`CPU µs per request (more than off), medians of ${rounds} rounds, node ${process.version}\n`)
  console.log(`${''.padEnd(14)}  whole, serving thread   all threads    stream, serving thread   all threads`)
  for (const { name, whole, stream } of figures)
    console.log(
      `${name.padEnd(16)}${cell(whole.main)}  ${cell(whole.all)}      ${cell(stream.main)}  ${cell(stream.all)}`,
    )
  for (const { share, off_us, on_us, added_us } of latency)
    console.log(
      `p${share * 100} of ${pairs} single requests: ${off_us.toFixed(0)} µs off, ${on_us.toFixed(0)} µs on, ${added_us.toFixed(0)} µs more`,
    )
  console.log(
    `ledger: ${books.rows} rows of ${books.asked} requests, ${books.agrees ? 'agrees' : 'DOES NOT AGREE'}`,
  )
  const added = figures.at(-1)!.whole.all.added
  console.log(
    `target: at most ${target} µs per request on all threads; ${added <= target ? 'kept' : 'MISSED'}`,
  )
}
process.exitCode = books.agrees && books.rows === books.asked ? 0 : 1
for (const { child, pool } of servers) {
  await pool.close()
  child.disconnect()
}
