/**
 * End-to-end latency of `sluice bench` beside autocannon and, where it is installed, wrk: the same endpoint, one run,
 * in turns. Writes its section of docs/bench-accuracy.md.
 *
 *   npm run bench:agree
 *   npm run bench:agree -- --delays 20 --rounds 3
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startNullProcess } from '../bench/floor/start-null-process.ts'
import { measureAutocannon, measureOurs, measureWrk, type Latency } from './agree-measure.ts'
import { writeSection } from './document-section.ts'
import { median } from './median.ts'

const { values } = parseArgs({
  options: {
    delays: { type: 'string', default: '5,20,100' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '4,16' },
  },
})
const rounds = Number(values.rounds)
/** Of each tool's turn. */
const seconds = 5

const server = await startNullProcess()
const lines: string[] = []
try {
  for (const delay of values.delays.split(',').map(Number)) {
    for (const connections of values.connections.split(',').map(Number)) {
      lines.push(...(await measureAll(delay, connections)))
    }
  }
} finally {
  server.stop()
}

async function measureAll(delay: number, connections: number): Promise<string[]> {
  const requests = Math.round((connections * seconds * 1000) / delay)
  const load = { url: server.url, model: `exact-${delay}`, connections, requests }
  const tools = [() => measureOurs(load, 1), () => measureAutocannon(load), () => measureWrk(load, seconds)]
  const turns: Latency[] = []
  for (let round = 0; round < rounds; round += 1) {
    // Who comes first changes: the machine's mood at the beginning of a round is nobody's.
    for (const tool of round % 2 === 0 ? tools : tools.toReversed()) {
      const latency = await tool()
      if (latency !== undefined) turns.push(latency)
    }
  }
  return compare(delay, connections, turns)
}

function compare(delay: number, connections: number, turns: Latency[]): string[] {
  const of = (tool: string, key: 'mean' | 'p50'): number =>
    median(turns.filter((turn) => turn.tool === tool).map((turn) => turn[key]))
  const tools = [...new Set(turns.map(({ tool }) => tool))].filter((tool) => tool !== 'sluice')
  return tools.map((tool) => {
    const ratio = (key: 'mean' | 'p50'): string => (of('sluice', key) / of(tool, key)).toFixed(4)
    const line = `| ${delay} ms | ${connections} | ${tool} | ${of(tool, 'mean').toFixed(2)} | ${of('sluice', 'mean').toFixed(2)} | ${ratio('mean')} | ${of(tool, 'p50').toFixed(2)} | ${of('sluice', 'p50').toFixed(2)} | ${ratio('p50')} |`
    process.stderr.write(`${line}\n`)
    return line
  })
}

const text = `## Agreement with other tools

End-to-end latency of a non-streaming endpoint that answers after a fixed time (to 0.1 ms), in one run: each tool in turn
for about ${seconds} s, ${rounds} rounds, medians of the rounds. autocannon's figures are made from its times of single answers, because
its table rounds to milliseconds; wrk is beside it where it is installed.

The figures hold what lies between tool and server, too, and that depends on how busy the tool keeps the machine: a
processor that sleeps between two answers wakes up late. autocannon is warm from the second round on, wrk is compiled; ours begins each time in a fresh thread.

Run of ${new Date().toISOString().slice(0, 10)} by \`npm run bench:agree\`; ${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}.

| answers after | connections | tool | its mean ms | ours | ratio | its P50 ms | ours | ratio |
|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`
process.stdout.write(text)
await writeSection('agreement', text)
