import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError, exitCodes, isErrorCode } from '../errors.ts'

/** What the engine host's `main` is given, as one JSON argument. */
export type WorkerArguments = {
  engine: string
  /** `unix:PATH` or `HOST:PORT`. */
  listen: string
  workerId?: string
  model?: {
    id: string
    load: {
      source: string
      contextLength?: number
      parallel?: number
      threads?: number
      batchTokens: number
      gpuLayers: number | 'auto'
    }
  }
  /** PEM files. */
  tls?: { certificate: string; key: string; ca?: string }
  insecure: boolean
  logLevel: string
  drainTimeoutMs: number
  graceMs: number
}

/** What it says while it starts. */
export type WorkerMessage =
  | { type: 'listening'; address: string }
  | { type: 'loading'; model: string; fraction: number }
  | { type: 'serving'; model: string }
type Failure = { type: 'failed'; error: { code: string; message: string; param: string | null } }

/**
 * Runs an engine host as our child with our own terminal, hands signals on, and gives its exit code. Rejects with
 * what it said went wrong. It ends when we do, however we end.
 */
export async function runWorker(
  given: WorkerArguments,
  onMessage: (message: WorkerMessage) => void,
): Promise<number> {
  const child = startHost(given)
  let failure: AppError | undefined
  child.on('message', (message: WorkerMessage | Failure) => {
    if (message.type === 'failed') failure = decodeFailure(message)
    else onMessage(message)
  })
  const stopForwarding = forwardSignals(child)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', (cause) =>
    reject(new AppError('internal_error', `the worker could not be started: ${cause.message}`, { cause })),
  )
  // Not before its last words have been read.
  child.once('close', (code) => resolve(code ?? exitCodes.interrupted))
  try {
    const code = await promise
    if (failure) throw failure
    return code
  } finally {
    stopForwarding()
  }
}

/** Its entry is JavaScript in `dist` or TypeScript in a checkout that runs its sources. */
function startHost(given: WorkerArguments): ChildProcess {
  const file = import.meta.url.endsWith('.ts') ? '../host/main.ts' : '../host/main.js'
  const entry = fileURLToPath(new URL(file, import.meta.url))
  return spawn(process.execPath, [entry, JSON.stringify(given)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // llama.cpp keeps a thread team per thread of libuv's pool: 53 tokens/s with one, 32 with four.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    // In a group of its own, or a terminal's Ctrl-C would reach it twice: from the terminal and from us.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals) => void child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, forward)
  return () => {
    for (const signal of signals) process.off(signal, forward)
  }
}

const decodeFailure = ({ error: { code, message, param } }: Failure): AppError =>
  new AppError(isErrorCode(code) ? code : 'internal_error', message, param === null ? {} : { param })
