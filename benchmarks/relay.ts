/**
 * What the gRPC hop costs per token: the fake engine inside the daemon, and in an engine host. Tokens per second
 * relayed to HTTP clients, and CPU microseconds per token of the daemon and of the host. Linux only (/proc).
 *
 *   npm run bench:relay -- [--streams 1,4,16,64] [--rounds 5]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import type { ListedWorker } from '../src/protocols/control/types.ts'
import { createSandbox } from '../tests/sandbox.ts'
import { createHttpLoad } from './http-load.ts'
import { median } from './median.ts'

const { values: flags } = parseArgs({
  options: {
    streams: { type: 'string', default: '1,4,16,64' },
    tokens: { type: 'string', default: '512' },
    rounds: { type: 'string', default: '5' },
    pace: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const tokens = Number(flags.tokens)

/** CPU microseconds that a process has used; the kernel counts in hundredths of a second. */
function readCpu(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

async function startDaemon(isolation: 'process' | 'in-process') {
  const sandbox = createSandbox()
  const source = flags.pace === undefined ? 'fake:' : `fake:?tokens_per_second=${flags.pace}`
  const model = { name: 'measured', engine: 'fake', source, parallel: 64, context_length: 4096 }
  writeFileSync(
    join(sandbox.home, 'config.yaml'),
    JSON.stringify({ isolation, log_level: 'warn', models: [model] }),
  )
  const { code, stderr } = await sandbox.sluice('serve')
  if (code !== 0) throw new Error(stderr)
  const { base_url, pid } = sandbox.daemonFile()
  const { workers } = (await (await fetch(`${base_url}/api/workers`)).json()) as { workers: ListedWorker[] }
  const host = workers[0]?.pid ?? undefined
  return {
    sandbox,
    pid,
    host,
    load: createHttpLoad(base_url, 'measured', { promptTokens: 8, tokens, tokenRange: 190 }),
  }
}
type Daemon = Awaited<ReturnType<typeof startDaemon>>

type Sample = { speed: number; daemon: number; host: number }

async function measure({ load, pid, host }: Daemon, streams: number, round: number): Promise<Sample> {
  const cpu = () => ({ daemon: readCpu(pid), host: host === undefined ? 0 : readCpu(host) })
  // Enough tokens that a hundredth of a second is below a microsecond per token.
  const repeats = Math.max(1, Math.ceil(40_000 / (streams * tokens)))
  const before = cpu()
  const speeds: number[] = []
  for (let repeat = 0; repeat < repeats; repeat++) speeds.push(await load.run(streams, round * 1000 + repeat))
  const after = cpu()
  const count = streams * tokens * repeats
  return {
    speed: median(speeds),
    daemon: (after.daemon - before.daemon) / count,
    host: (after.host - before.host) / count,
  }
}

const daemons = { 'in-process': await startDaemon('in-process'), process: await startDaemon('process') }
const results: (Sample & { streams: number; isolation: string })[] = []
try {
  for (const streams of flags.streams.split(',').map(Number)) {
    const samples: Record<keyof typeof daemons, Sample[]> = { 'in-process': [], process: [] }
    for (let round = 0; round <= Number(flags.rounds); round++) {
      for (const isolation of ['in-process', 'process'] as const) {
        const sample = await measure(daemons[isolation], streams, round)
        if (round > 0) samples[isolation].push(sample)
      }
    }
    for (const isolation of ['in-process', 'process'] as const) {
      const middle = (key: keyof Sample) => median(samples[isolation].map((sample) => sample[key]))
      results.push({
        streams,
        isolation,
        speed: middle('speed'),
        daemon: middle('daemon'),
        host: middle('host'),
      })
    }
  }
} finally {
  for (const { load, sandbox } of Object.values(daemons)) {
    await load.close()
    await sandbox.remove()
  }
}
if (flags.json) console.log(JSON.stringify({ ...flags, results }, null, 2))
else {
  const head = ['streams', 'isolation', 'tokens/s', 'daemon us/token', 'host us/token', 'together']
  const table = new Table({ head, style: { head: [], border: [] } })
  for (const { streams, isolation, speed, daemon, host } of results)
    table.push([
      streams,
      isolation,
      Math.round(speed),
      daemon.toFixed(1),
      host.toFixed(1),
      (daemon + host).toFixed(1),
    ])
  console.log(`fake engine, ${tokens} tokens per stream, medians of ${flags.rounds} rounds`)
  console.log(table.toString())
}
