import type { WorkerAddress, WorkerConnection } from '../../engine/worker.ts'
import { AppError } from '../../errors.ts'
import { awaitModels } from '../await-models.ts'
import { bringUpProcess, type Loaded, type ProcessPlan } from '../bring-up-process.ts'
import { forwardLine } from '../forward-line.ts'
import type { Instance } from '../instance.ts'
import { createKeptWorker } from '../keep-up.ts'
import { processRules } from '../restart-policy.ts'
import type { StartHooks, Worker } from '../worker.ts'
import type { WorkerCommand } from '../worker-process.ts'
import type { WorkerSettings } from '../worker-settings.ts'
import { decodeAnnouncement } from './decode-announcement.ts'
import { ensurePythonEnvironment } from './python-environment.ts'

export type PythonWorkerOptions = {
  id: string
  /** Under which the worker serves it and requests name it. */
  model: string
  /** A folder with safetensors, or a hub's name. */
  source: string
  /** An interpreter that has the worker package, or `auto`: an environment of our own. */
  python: string
  /** For `auto`; see `pythonEnvironmentFolder`. */
  environmentFolder: string
  /** The worker package of this installation. */
  packageFolder: string
  backend: 'auto' | 'transformers' | 'vllm' | 'mlx'
  device: string | undefined
  dtype: string | undefined
  parallel: number | undefined
  contextLength: number | undefined
  /** Further ones for the worker, after ours. */
  arguments: readonly string[]
  settings: WorkerSettings
}

/** Importing PyTorch and loading weights keep Python's one lock for long: silence means less until it serves. */
const loadingReportTimeoutMs = 120_000

/** A model in a Python process of ours that is watched, restarted and never orphaned. */
export function createPythonWorker(options: PythonWorkerOptions): Worker {
  return createKeptWorker({
    id: options.id,
    kind: 'python',
    models: [options.model],
    rules: processRules,
    patient: false,
    log: options.settings.log,
    bringUp: (hooks) => bringUpPython(options, hooks),
  })
}

async function bringUpPython(options: PythonWorkerOptions, hooks: StartHooks): Promise<Instance> {
  const { settings, id, model } = options
  const executable = await resolvePython(options, hooks)
  const log = settings.log.child({ worker: id, model })
  hooks.onProgress(`starting the Python worker of ${model}`, undefined)
  const plan: ProcessPlan = {
    command: (listen) => pythonCommand(options, executable, listen),
    watch(process, says) {
      process.onOutput((line) => {
        const heard = decodeAnnouncement(line)
        if (heard === undefined) forwardLine(log, line)
        else if (heard.event === 'listening') says.listening(heard.address)
        else says.failed(heard.error)
      })
    },
    load: (address, signal) => awaitModel(options, address, signal, hooks),
  }
  return bringUpProcess(plan, { signal: hooks.signal, settings, log })
}

async function resolvePython(options: PythonWorkerOptions, hooks: StartHooks): Promise<string> {
  if (options.python !== 'auto') return options.python
  return ensurePythonEnvironment(
    {
      folder: options.environmentFolder,
      packageFolder: options.packageFolder,
      extra: options.backend === 'auto' ? 'transformers' : options.backend,
    },
    { signal: hooks.signal, onProgress: (text) => hooks.onProgress(text, undefined) },
  )
}

function pythonCommand(options: PythonWorkerOptions, executable: string, listen: string): WorkerCommand {
  const { source, model, id, backend, device, dtype, parallel, contextLength } = options
  const given: [string, string | number | undefined][] = [
    ['--model', source],
    ['--id', model],
    ['--listen', listen],
    ['--worker-id', id],
    ['--backend', backend === 'auto' ? undefined : backend],
    ['--device', device],
    ['--dtype', dtype],
    ['--parallel', parallel],
    ['--context-length', contextLength],
  ]
  const set = given.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]))
  return {
    title: `the Python worker of ${model}`,
    executable,
    arguments: ['-m', 'sluice_worker', ...set, '--parent-pipe', ...options.arguments],
    environment: { ...process.env, PYTHONUNBUFFERED: '1' },
    leash: 'stdin',
  }
}

/** Waits on one connection until the model is loaded, then serves over one that notices sooner that it is stuck. */
async function awaitModel(
  { model, settings }: PythonWorkerOptions,
  address: WorkerAddress,
  signal: AbortSignal,
  { onProgress }: StartHooks,
): Promise<Loaded> {
  const { startTimeoutMs: timeoutMs, reportTimeoutMs, stallMs } = settings
  const began = performance.now()
  const connect = (silenceMs: number) =>
    settings.connect(address, { signal, timeoutMs, reportTimeoutMs: silenceMs, stallMs })
  const onWait = () => {
    const seconds = Math.round((performance.now() - began) / 1000)
    onProgress(`loading ${model} (${seconds} s)`, undefined)
  }
  const loading = await connect(Math.max(reportTimeoutMs, loadingReportTimeoutMs))
  try {
    const models = await awaitModels(loading, { isWanted: () => true, signal, onWait })
    const found = models.find(({ id }) => id === model)
    if (found === undefined || found.state === 'failed')
      throw new AppError('engine_failed', `the Python worker of ${model} could not load it; see the log`)
  } finally {
    await loading.close()
  }
  const connection = await connect(reportTimeoutMs)
  return { connection, engines: await findEngine(connection, model) }
}

async function findEngine(connection: WorkerConnection, model: string) {
  try {
    return new Map([[model, await connection.engine(model)]])
  } catch (cause) {
    await connection.close()
    throw cause
  }
}
