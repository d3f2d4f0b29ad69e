import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { forwardLine, lastWords } from './forward-line.ts'
import { readLines } from './read-lines.ts'
import { within } from './within.ts'

export type WorkerCommand = {
  /** For messages: `the engine host of pocket`. */
  title: string
  executable: string
  arguments: string[]
  environment: NodeJS.ProcessEnv
  /** What tells the process that its parent has gone: the message channel or its standard input. */
  leash: 'ipc' | 'stdin'
}

/** A process of ours. It never outlives us: the operating system closes its leash when we end, however we end. */
export interface WorkerProcess {
  readonly processId: number | undefined
  /** Resolves with how it ended, once it is reaped. */
  readonly exited: Promise<AppError>
  /** How it ended, if it ends within this time; milliseconds. */
  exitedWithin(timeoutMs: number): Promise<AppError | undefined>
  onMessage(listener: (message: unknown) => void): void
  /** Lines of its standard output. */
  onOutput(listener: (line: string) => void): void
  /** Lets go of the leash, kills it when that does not help; resolves when it is reaped. */
  end(graceMs: number): Promise<void>
  /** With whatever it has started; resolves when it is reaped. */
  kill(): Promise<void>
}

/** What is kept of its output for the message about its end. */
const keptLines = 20
/** Output may arrive after the end, and a grandchild could hold the pipe open for ever. */
const lastOutputMs = 200

export function startProcess(command: WorkerCommand, log: Logger): WorkerProcess {
  const child = spawn(command.executable, command.arguments, {
    stdio: command.leash === 'ipc' ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
    env: command.environment,
    // Its own process group: a terminal's Ctrl-C must not reach it before the daemon has drained, and what it
    // starts can be killed with it. Windows has no such groups, and would open a window.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const lines: string[] = []
  readLines(child.stderr!, (line) => {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    forwardLine(log, line)
  })
  const exited = watchExit(child, command.title, lines)
  child.stdin?.on('error', () => undefined)
  const kill = async () => {
    // After its end the number may be somebody else's.
    if (child.exitCode === null && child.signalCode === null) killGroup(child)
    await exited
  }
  return {
    processId: child.pid,
    exited,
    kill,
    exitedWithin: (timeoutMs) => within(exited, timeoutMs),
    onMessage: (listener) => void child.on('message', listener),
    onOutput: (listener) => readLines(child.stdout!, listener),
    async end(graceMs) {
      if (child.connected) child.disconnect()
      child.stdin?.end()
      if (!(await within(exited, graceMs))) await kill()
    },
  }
}

async function watchExit(child: ChildProcess, title: string, lines: string[]): Promise<AppError> {
  const closed = once(child, 'close').catch(() => undefined)
  const { promise, resolve } = Promise.withResolvers<string>()
  child.once('exit', (code, signal) => resolve(describeExit(code, signal)))
  // Without a process id it never started; later errors are about messages that did not reach it.
  child.on('error', (cause) => child.pid === undefined && resolve(`could not be started: ${cause.message}`))
  const how = await promise
  // A process group lives on in what the process had started.
  killGroup(child)
  if (child.pid !== undefined) await within(closed, lastOutputMs)
  const why = child.signalCode === null || faults.has(child.signalCode) ? lastWords(lines) : undefined
  return new AppError('worker_lost', `${title} ${how}${why === undefined ? '' : `: ${why}`}`)
}

/** Signals of a process's own doing: what it printed last says why. A kill from outside has no such reason. */
const faults: ReadonlySet<string> = new Set(['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'])

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `ended with exit code ${code}`
  if (signal === 'SIGABRT') return 'aborted'
  return `${faults.has(signal) ? 'crashed with' : 'was killed by'} ${signal}`
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  if (process.platform === 'win32') return void child.kill('SIGKILL')
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nothing is left of it.
  }
}
