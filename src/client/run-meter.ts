import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError, isErrorCode } from '../errors.ts'

/** What the meter's `main` is given, as one JSON argument. */
export type MeterArguments = {
  engine: string
  source: string
  tests: MeterTest[]
  repetitions: number
  threads?: number
  batchTokens: number
  gpuLayers: number | 'auto'
}
type MeterTest = { kind: 'prefill' | 'decode'; tokens: number; depth: number; batch: number }

type MeterMessage =
  | {
      type: 'loaded'
      model: {
        architecture: string
        quantization: string | null
        parameters: number | null
        size_bytes: number
        trained_context_length: number
      }
    }
  | { type: 'progress'; test: MeterTest; done: number }
  | { type: 'measured'; test: MeterTest; milliseconds: number[]; threads: number | null }
type Ending =
  | { type: 'finished' }
  | { type: 'failed'; error: { code: string; message: string; param: string | null } }

/**
 * Times an engine in a process of its own, beside nothing that could disturb it. Resolves when all is measured or
 * `signal` has ended it; rejects with what it said went wrong.
 */
export const runMeter = (
  given: MeterArguments,
  signal: AbortSignal,
  onMessage: (message: MeterMessage) => void,
): Promise<void> => {
  const file = import.meta.url.endsWith('.ts') ? '../meter/main.ts' : '../meter/main.js'
  const entry = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [entry, JSON.stringify(given)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // llama.cpp keeps a thread team per thread of libuv's pool; the daemon's engine hosts have one too.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    // In a group of its own: what a terminal's Ctrl-C means is decided here.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let ending: Ending | undefined
  child.on('message', (message: MeterMessage | Ending) => {
    if (message.type === 'finished' || message.type === 'failed') ending = message
    else onMessage(message)
  })
  const stop = (): void => void child.kill('SIGKILL')
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  child.once('error', (cause) => reject(failed(`could not be started: ${cause.message}`)))
  child.once('close', (code, killed) => {
    signal.removeEventListener('abort', stop)
    if (ending?.type === 'failed') reject(decodeFailure(ending.error))
    else if (ending?.type === 'finished' || signal.aborted) resolve()
    else reject(failed(`ended before all was measured (${killed ?? `exit code ${code}`})`))
  })
  return promise
}

const failed = (how: string): AppError => new AppError('engine_failed', `the process with the engine ${how}`)

const decodeFailure = ({ code, message, param }: Extract<Ending, { type: 'failed' }>['error']): AppError =>
  new AppError(isErrorCode(code) ? code : 'internal_error', message, param === null ? {} : { param })
