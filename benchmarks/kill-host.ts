/**
 * Kills the engine host of a loaded model again and again, under load, and looks at what everybody else notices:
 * the daemon, another model's streams, the callers, the process table, sockets, memory.
 *
 *   npm run build && npm run soak:kill -- [--kills 100] [--streams 8] [--json]
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createSandbox, isAlive, until, type Sandbox } from '../tests/sandbox.ts'
import { createKillLoad, type Tally } from './kill-load.ts'
import type { DaemonStatus, ListedWorker } from '../src/protocols/control/types.ts'

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    streams: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
})
const boundMs = 5000

type Report = {
  kills: number
  recoveryMs: { median: number; p95: number; max: number }
  slow: number
  daemonRestarted: boolean
  victim: Tally
  bystander: Tally
  orphans: number
  socketsLeft: string[]
  openFiles: { before: number; after: number }
  daemonMegabytes: { before: number; after: number }
}

async function soak(sandbox: Sandbox): Promise<Report> {
  const { base_url: baseUrl, pid } = sandbox.daemonFile()
  const get = async <T>(path: string) => (await (await fetch(baseUrl + path)).json()) as T
  const victimHost = async (): Promise<ListedWorker | undefined> =>
    (await get<{ workers: ListedWorker[] }>('/api/workers')).workers.find(({ models }) =>
      models.includes('pocket'),
    )
  const victim = createKillLoad(baseUrl, 'pocket', Number(flags.streams))
  const bystander = createKillLoad(baseUrl, 'quick', 4)
  const recoveries: number[] = []
  await until('both models answer', () => victim.answered() > 0 && bystander.answered() > 0)
  const before = await measureDaemon(pid, get)
  for (let kill = 0; kill < Number(flags.kills); kill++) {
    const host = await victimHost()
    const killedAt = performance.now()
    process.kill(host!.pid!, 'SIGKILL')
    await until('the model answers again', () => victim.firstAnswerAskedAfter(killedAt) !== undefined)
    recoveries.push(victim.firstAnswerAskedAfter(killedAt)! - killedAt)
    if (!flags.json && (kill + 1) % 10 === 0) console.error(`${kill + 1} kills`)
  }
  await Promise.all([victim.stop(), bystander.stop()])
  const after = await measureDaemon(pid, get)
  const daemonRestarted = sandbox.daemonFile().pid !== pid || !isAlive(pid)
  await sandbox.sluice('stop')
  const sorted = recoveries.toSorted((a, b) => a - b)
  return {
    kills: recoveries.length,
    recoveryMs: {
      median: sorted[sorted.length >> 1]!,
      p95: sorted[Math.floor(sorted.length * 0.95)]!,
      max: sorted.at(-1)!,
    },
    slow: recoveries.filter((ms) => ms > boundMs).length,
    daemonRestarted,
    victim: victim.tally(),
    bystander: bystander.tally(),
    orphans: findHosts(sandbox.home).length,
    socketsLeft: readdirSync(sandbox.home, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.sock'),
    ),
    openFiles: { before: before.openFiles, after: after.openFiles },
    daemonMegabytes: { before: before.megabytes, after: after.megabytes },
  }
}

async function measureDaemon(pid: number, get: <T>(path: string) => Promise<T>) {
  const status = await get<DaemonStatus>('/api/daemon')
  return {
    megabytes: Math.round(status.memory_bytes / 2 ** 20),
    openFiles: process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0,
  }
}

/** Processes whose command line or environment still names the sandbox. */
function findHosts(home: string): string[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => {
      try {
        return readFileSync(join('/proc', name, 'cmdline'), 'utf8').includes(home)
      } catch {
        return false
      }
    })
}

const sandbox = createSandbox()
const models = [
  { name: 'pocket', parallel: 8 },
  { name: 'quick', engine: 'fake', source: 'fake:?tokens_per_second=200' },
]
try {
  writeFileSync(join(sandbox.home, 'config.yaml'), JSON.stringify({ models }))
  await sandbox.json('serve')
  const report = await soak(sandbox)
  console.log(JSON.stringify(report, undefined, 2))
  const isClean = !report.daemonRestarted && report.slow === 0 && report.bystander.broken === 0
  const isTidy = report.orphans === 0 && report.socketsLeft.length === 0 && report.victim.silent === 0
  process.exitCode = isClean && isTidy ? 0 : 1
} finally {
  await sandbox.remove()
}
