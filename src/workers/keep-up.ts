import { setTimeout as delay } from 'node:timers/promises'
import { AppError, toAppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { BringUp, Instance } from './instance.ts'
import { decideRestart, historyLimit, type Attempt, type RestartRules } from './restart-policy.ts'
import type { StartHooks, Worker, WorkerKind } from './worker.ts'
import { createWorkerView, type WorkerView } from './worker-view.ts'

export type KeptWorkerOptions = {
  id: string
  kind: WorkerKind
  /** Names that requests use, as far as they are known before the first bring-up. */
  models: readonly string[]
  address?: string
  rules: RestartRules
  /** A first bring-up that fails is tried again like any other. */
  patient: boolean
  bringUp: BringUp
  log: Logger
}

type Upkeep = {
  options: KeptWorkerOptions
  log: Logger
  view: WorkerView
  history: Attempt[]
  instance: Instance | undefined
  address: string | undefined
  restarts: number
  drained: boolean
  over: boolean
  /** Ends what is going on now: a bring-up, a wait or serving. */
  leave: () => void
  /** Settles when the worker is over. */
  running: Promise<void> | undefined
}

/** The one loop for all kinds of workers: bring up, serve until lost, wait as long as the policy says, again. */
export function createKeptWorker(options: KeptWorkerOptions): Worker {
  const upkeep = createUpkeep(options)
  const { view } = upkeep
  return {
    id: options.id,
    kind: options.kind,
    get address() {
      return upkeep.address
    },
    get state() {
      return view.state
    },
    get connection() {
      return upkeep.instance?.connection
    },
    get processId() {
      return upkeep.instance?.processId
    },
    get restarts() {
      return upkeep.restarts
    },
    get lastError() {
      return view.lastError
    },
    get since() {
      return view.since
    },
    replicas: view.replicas,
    subscribe: view.subscribe,
    start: (hooks) => start(upkeep, hooks),
    drain: (timeoutMs) => drain(upkeep, timeoutMs),
    stop: () => stop(upkeep),
  }
}

function createUpkeep(options: KeptWorkerOptions): Upkeep {
  const log = options.log.child({ worker: options.id, kind: options.kind })
  return {
    options,
    log,
    view: createWorkerView(options.id, options.models, log),
    history: [],
    instance: undefined,
    address: options.address,
    restarts: 0,
    drained: false,
    over: false,
    leave: () => undefined,
    running: undefined,
  }
}

async function start(upkeep: Upkeep, hooks: StartHooks): Promise<void> {
  if (upkeep.running || upkeep.over)
    throw new AppError('internal_error', `worker ${upkeep.options.id} is started a second time`)
  const started = Promise.withResolvers<void>()
  upkeep.running = run(upkeep, hooks, started)
  await started.promise
}

async function run(upkeep: Upkeep, hooks: StartHooks, started: PromiseWithResolvers<void>): Promise<void> {
  const instance = await attempt(upkeep, hooks).catch((cause: unknown) => {
    const error = toAppError(cause)
    if (upkeep.options.patient && !upkeep.over && !hooks.signal.aborted) return undefined
    upkeep.view.show({ state: upkeep.over ? 'stopped' : 'failed', error })
    upkeep.over = true
    started.reject(error)
    return undefined
  })
  if (instance === undefined && upkeep.over) return
  const kept = keep(upkeep, instance)
  // By now it is shown as serving, or as waiting for the next attempt.
  started.resolve()
  await kept
}

const isOver = (upkeep: Upkeep) => upkeep.over || upkeep.drained

async function keep(upkeep: Upkeep, first: Instance | undefined): Promise<void> {
  let instance = first
  for (;;) {
    if (instance) await serve(upkeep, instance)
    if (isOver(upkeep)) break
    await waitForNext(upkeep)
    if (isOver(upkeep)) break
    instance = await bringUpAgain(upkeep)
  }
  upkeep.view.show({ state: 'stopped' })
  upkeep.log.info({ event: 'worker.stopped' }, 'worker stopped')
}

/** One bring-up; what fails is written down for the policy. */
async function attempt(upkeep: Upkeep, hooks: StartHooks): Promise<Instance> {
  const abort = new AbortController()
  upkeep.leave = () => abort.abort()
  const signal = AbortSignal.any([hooks.signal, abort.signal])
  try {
    signal.throwIfAborted()
    const instance = await upkeep.options.bringUp({ signal, onProgress: hooks.onProgress })
    if (signal.aborted) await instance.close()
    signal.throwIfAborted()
    return instance
  } catch (cause) {
    if (signal.aborted)
      throw new AppError('cancelled', `starting worker ${upkeep.options.id} was cancelled`, { cause })
    const error = toAppError(cause)
    record(upkeep, { outcome: 'failed', code: error.code })
    reportFailure(upkeep, error)
    throw error
  }
}

const record = (upkeep: Upkeep, attempted: Attempt) => {
  upkeep.history = [...upkeep.history, attempted].slice(-historyLimit)
}

/** A worker that is away for days says so once. */
function reportFailure({ log, view }: Upkeep, error: AppError): void {
  const level = view.lastError?.message === error.message ? 'debug' : 'error'
  log[level]({ event: 'worker.failed', code: error.code, err: error }, error.message)
  view.show({ state: view.state === 'failed' ? 'failed' : 'starting', error })
}

async function bringUpAgain(upkeep: Upkeep): Promise<Instance | undefined> {
  const { view } = upkeep
  if (view.state === 'failed') view.show({ state: 'starting' })
  try {
    const instance = await attempt(upkeep, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    upkeep.restarts += 1
    return instance
  } catch {
    // Already recorded; the loop decides what follows.
    return undefined
  }
}

/** Resolves when the instance is lost or left, and nothing of it remains. */
async function serve(upkeep: Upkeep, instance: Instance): Promise<void> {
  const { log, view } = upkeep
  const { connection, engines, missing: error } = instance
  const end = Promise.withResolvers<AppError | undefined>()
  upkeep.leave = () => end.resolve(undefined)
  void instance.lost.then(end.resolve)
  upkeep.instance = instance
  upkeep.address = instance.address
  const isDraining = () => upkeep.drained || connection.report().draining
  view.show({ state: isDraining() ? 'draining' : 'serving', engines, error })
  log.info(
    {
      event: 'worker.serving',
      address: instance.address,
      worker_pid: instance.processId,
      models: [...engines.keys()],
    },
    'worker serves',
  )
  const began = performance.now()
  const unsubscribe = connection.subscribe(() => {
    if (view.state !== 'serving' || !isDraining()) return
    log.info({ event: 'worker.draining' }, 'the worker drains by itself')
    view.show({ state: 'draining', engines, error })
  })
  if (isOver(upkeep)) upkeep.leave()
  const reason = await end.promise
  unsubscribe()
  upkeep.instance = undefined
  view.show({ state: isOver(upkeep) ? 'stopped' : 'starting', error: reason })
  if (reason) {
    const servedMs = Math.round(performance.now() - began)
    record(upkeep, { outcome: 'served', servedMs })
    log.warn({ event: 'worker.lost', code: reason.code, served_ms: servedMs }, reason.message)
  }
  await instance.close()
}

async function waitForNext(upkeep: Upkeep): Promise<void> {
  const { delayMs, state } = decideRestart(upkeep.history, upkeep.options.rules, Math.random())
  upkeep.view.show({ state })
  const abort = new AbortController()
  upkeep.leave = () => abort.abort()
  const level = upkeep.history.at(-1)?.outcome === 'served' ? 'info' : 'debug'
  upkeep.log[level]({ event: 'worker.restarting', delay_ms: Math.round(delayMs) }, 'worker starts again')
  if (delayMs > 0) await delay(delayMs, undefined, { signal: abort.signal }).catch(() => undefined)
}

async function drain(upkeep: Upkeep, timeoutMs: number): Promise<number> {
  const { instance, view, log } = upkeep
  upkeep.drained = true
  log.info({ event: 'worker.draining' }, 'worker drains')
  if (instance === undefined) {
    await stop(upkeep)
    return 0
  }
  view.show({ state: 'draining', engines: instance.engines, error: instance.missing })
  return Promise.race([instance.connection.drain(timeoutMs), instance.lost.then(() => 0)])
}

async function stop(upkeep: Upkeep): Promise<void> {
  upkeep.over = true
  upkeep.leave()
  await upkeep.running
  upkeep.view.show({ state: 'stopped' })
}
