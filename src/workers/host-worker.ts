import { fileURLToPath } from 'node:url'
import type { LoadOptions } from '../engine/types.ts'
import type { WorkerAddress } from '../engine/worker.ts'
import { AppError, isErrorCode } from '../errors.ts'
import type { LogLevel } from '../log.ts'
import { bringUpProcess, type Loaded, type ProcessPlan } from './bring-up-process.ts'
import { forwardLine } from './forward-line.ts'
import { createKeptWorker } from './keep-up.ts'
import { processRules } from './restart-policy.ts'
import type { StartHooks, Worker } from './worker.ts'
import type { WorkerCommand } from './worker-process.ts'
import type { WorkerSettings } from './worker-settings.ts'

export type HostWorkerOptions = {
  id: string
  /** Under which the host serves it and requests name it. */
  model: string
  /** A kind of the engine registry. */
  engine: string
  load: LoadOptions
  settings: WorkerSettings
}

/** What the engine host's `main` is given, as one JSON argument. */
type HostArguments = { engine: string; listen: string; workerId: string; logLevel: LogLevel }

/** A model in an engine host of its own: a process of ours that is watched, restarted and never orphaned. */
export function createHostWorker(options: HostWorkerOptions): Worker {
  const { id, model, settings } = options
  const log = settings.log.child({ worker: id, model })
  return createKeptWorker({
    id,
    kind: 'host',
    models: [model],
    rules: processRules,
    patient: false,
    log: settings.log,
    bringUp: (hooks) => bringUpProcess(createPlan(options, hooks), { signal: hooks.signal, settings, log }),
  })
}

function createPlan(options: HostWorkerOptions, hooks: StartHooks): ProcessPlan {
  const { model, settings } = options
  const log = settings.log.child({ worker: options.id, model })
  return {
    command: (listen) => hostCommand(options, listen),
    watch(process, says) {
      process.onOutput((line) => forwardLine(log, line))
      process.onMessage((message) => {
        const heard = decodeMessage(message)
        if (heard?.type === 'listening') says.listening(heard.address)
        else if (heard?.type === 'failed') says.failed(heard.error)
      })
    },
    load: (address, signal) => loadModel(options, address, signal, hooks),
  }
}

/** Its entry is JavaScript in `dist` or TypeScript in a checkout that runs its sources. */
function hostCommand({ id, model, engine, settings }: HostWorkerOptions, listen: string): WorkerCommand {
  const file = import.meta.url.endsWith('.ts') ? '../host/main.ts' : '../host/main.js'
  const given: HostArguments = { engine, listen, workerId: id, logLevel: settings.logLevel }
  return {
    title: `the engine host of ${model}`,
    executable: process.execPath,
    arguments: [fileURLToPath(new URL(file, import.meta.url)), JSON.stringify(given)],
    // llama.cpp decodes on libuv's pool and keeps a thread team per pool thread: 53 tokens/s with one, 32 with four.
    environment: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    leash: 'ipc',
  }
}

async function loadModel(
  { model, load, settings }: HostWorkerOptions,
  address: WorkerAddress,
  signal: AbortSignal,
  { onProgress }: StartHooks,
): Promise<Loaded> {
  const { startTimeoutMs: timeoutMs, reportTimeoutMs, stallMs } = settings
  const connection = await settings.connect(address, { signal, timeoutMs, reportTimeoutMs, stallMs })
  try {
    const engine = await connection.loadModel(model, load, {
      signal,
      onProgress: (fraction) => onProgress(`loading ${model}`, fraction),
    })
    return { connection, engines: new Map([[model, engine]]) }
  } catch (cause) {
    await connection.close()
    throw cause
  }
}

type HostMessage = { type: 'listening'; address: string } | { type: 'failed'; error: AppError }

function decodeMessage(message: unknown): HostMessage | undefined {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined
  if (message.type === 'listening' && 'address' in message && typeof message.address === 'string')
    return { type: 'listening', address: message.address }
  if (message.type !== 'failed' || !('error' in message)) return undefined
  const { code, message: text, param } = message.error as Record<string, unknown>
  return {
    type: 'failed',
    error: new AppError(
      isErrorCode(code) ? code : 'engine_failed',
      typeof text === 'string' ? text : 'the engine host failed and did not say why',
      typeof param === 'string' ? { param } : {},
    ),
  }
}
