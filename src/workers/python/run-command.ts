import { spawn } from 'node:child_process'
import { AppError } from '../../errors.ts'
import { readLines } from '../read-lines.ts'

export type CommandOptions = {
  signal: AbortSignal
  /** Lines of its standard output. */
  onLine?: (line: string) => void
  environment?: NodeJS.ProcessEnv
  folder?: string
}
/** How it ended: its exit code, or undefined when it could not be started or was killed. */
export type CommandResult = { code: number | undefined; output: string[]; errors: string[] }

const keptLines = 40

/** Runs a program to its end and keeps its last lines. Rejects with `cancelled` only, when it is gone with all it started. */
export async function runCommand(
  executable: string,
  given: string[],
  { signal, onLine, environment = process.env, folder }: CommandOptions,
): Promise<CommandResult> {
  const output: string[] = []
  const errors: string[] = []
  const child = spawn(executable, given, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
    windowsHide: true,
    // A process group, so that what pip has started is ended with it.
    detached: process.platform !== 'win32',
    ...(folder !== undefined && { cwd: folder }),
  })
  readLines(child.stdout, (line) => {
    keep(output, line)
    onLine?.(line)
  })
  readLines(child.stderr, (line) => keep(errors, line))
  const ended = Promise.withResolvers<number | undefined>()
  child.once('close', (code) => ended.resolve(code ?? undefined))
  child.on('error', (cause) => {
    keep(errors, cause.message)
    if (child.pid === undefined) ended.resolve(undefined)
  })
  const kill = () => killGroup(child.pid)
  if (signal.aborted) kill()
  signal.addEventListener('abort', kill, { once: true })
  const code = await ended.promise
  signal.removeEventListener('abort', kill)
  if (signal.aborted) throw new AppError('cancelled', `${executable} was cancelled`)
  return { code, output, errors }
}

function keep(lines: string[], line: string): void {
  lines.push(line)
  if (lines.length > keptLines) lines.shift()
}

function killGroup(processId: number | undefined): void {
  if (processId === undefined) return
  try {
    process.kill(process.platform === 'win32' ? processId : -processId, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}
