import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { DaemonFile } from '../src/protocols/control/types.ts'

export { isAlive } from '../src/client/find-daemon.ts'

export const root = resolve(import.meta.dirname, '..')
export const pocket = join(root, 'pocket', 'pocket.gguf')
/** Made by `npm test` before the tests run; alone: node scripts/worker-environment.js */
export const workerPython = join(root, 'worker', '.venv', 'bin', 'python')

export type Ran = { code: number | null; stdout: string; stderr: string }

/** A state folder of its own, and the real command line to use it with. Port 0 unless the test says otherwise. */
export function createSandbox(environment: Record<string, string> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const env = { ...process.env, SLUICE_HOME: home, SLUICE_PORT: '0', NO_COLOR: '1', ...environment }

  function start(...words: string[]) {
    return spawn(process.execPath, [join(root, 'bin', 'run.js'), ...words], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  }
  async function sluice(...words: string[]): Promise<Ran> {
    return finish(start(...words))
  }
  const daemonFile = () => JSON.parse(readFileSync(join(home, 'daemon.json'), 'utf8')) as DaemonFile

  return {
    home,
    start,
    sluice,
    daemonFile,
    /** For calls with --json: exit code 0 or an error that shows what was said. */
    async json<T>(...words: string[]): Promise<T> {
      const ran = await sluice(...words, '--json')
      if (ran.code !== 0)
        throw new Error(`sluice ${words.join(' ')}: exit ${ran.code}\n${ran.stdout}${ran.stderr}`)
      return JSON.parse(ran.stdout) as T
    },
    async remove(): Promise<void> {
      await sluice('stop', '--drain', '0')
      rmSync(home, { recursive: true, force: true })
    },
  }
}
export type Sandbox = ReturnType<typeof createSandbox>

export function finish(child: ReturnType<Sandbox['start']>, input?: string): Promise<Ran> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(input)
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done({ code, stdout, stderr }))
  })
}

/** Resolves when `condition` holds. Polls real state of a real process; the bound only ends a broken test. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited 20 s in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
