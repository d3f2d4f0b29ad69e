import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../errors.ts'
import type { DaemonFile, StartMessage } from '../protocols/control/types.ts'
import { decodeFailure } from './http.ts'

export type StartOptions = {
  /** Config values given as flags, by config key. */
  flags: Record<string, unknown>
  configFile: string | undefined
  /** Where relative paths start. */
  folder: string
  logFile: string
}
export type Started = { daemon: DaemonFile; warnings: string[] }

/** The daemon's entry, as JavaScript in `dist` or as TypeScript in a checkout that runs its sources. */
export function daemonCommand(
  options: Pick<StartOptions, 'flags' | 'configFile' | 'folder'>,
  background: boolean,
): string[] {
  const source = import.meta.url.endsWith('.ts')
  const entry = fileURLToPath(new URL(source ? '../daemon/main.ts' : '../daemon/main.js', import.meta.url))
  const { flags, configFile, folder } = options
  return [entry, JSON.stringify({ flags, configFile, folder, background })]
}

/**
 * Starts a daemon in the background and waits until it says that it is ready. It outlives us: its own
 * session, its output in the log file. Rejects with what the daemon said went wrong.
 */
export async function startDaemon(
  options: StartOptions,
  onProgress: (text: string) => void,
  signal?: AbortSignal,
): Promise<Started> {
  const child = spawnDetached(options)
  const stop = () => child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await waitUntilReady(child, options.logFile, onProgress)
  } finally {
    signal?.removeEventListener('abort', stop)
    if (child.connected) child.disconnect()
    child.unref()
  }
}

function spawnDetached(options: StartOptions): ChildProcess {
  const log = openLog(options.logFile)
  try {
    return spawn(process.execPath, daemonCommand(options, true), {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
  } finally {
    closeSync(log)
  }
}

function openLog(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError(
      'insufficient_storage',
      `the state folder cannot be written: ${path} (${code}); set SLUICE_HOME to a folder of yours`,
      { cause },
    )
  }
}

function waitUntilReady(
  child: ChildProcess,
  logFile: string,
  onProgress: (text: string) => void,
): Promise<Started> {
  const { promise, resolve, reject } = Promise.withResolvers<Started>()
  child.on('message', (message: StartMessage) => {
    if (message.type === 'progress') onProgress(message.text)
    else if (message.type === 'ready') resolve({ daemon: message.daemon, warnings: message.warnings })
    else reject(decodeFailure(500, message))
  })
  child.once('error', (cause) =>
    reject(new AppError('internal_error', `the daemon could not be started: ${cause.message}`, { cause })),
  )
  child.once('exit', (code, signal) =>
    reject(
      new AppError(
        'internal_error',
        `the daemon ended while it started (${signal ?? `exit code ${code}`}); its log: ${logFile}`,
      ),
    ),
  )
  return promise
}

/** Runs the daemon as our own child with our own terminal, hands signals on, and gives its exit code. */
export function runInForeground(options: StartOptions): Promise<number> {
  const child = spawn(process.execPath, daemonCommand(options, false), {
    stdio: 'inherit',
  })
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  // A terminal's Ctrl-C reaches the child by itself; ours must not end before it.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', forward)
  process.on('SIGHUP', forward)
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new AppError('internal_error', `the daemon could not be started: ${cause.message}`, { cause })),
    )
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 128 : 1)))
  })
}
