import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { looksLikePath } from '../config/model-path.ts'
import type { Config } from '../config/schema.ts'
import type { ExternalWorkerConfig, PythonWorkerConfig } from '../config/worker-schema.ts'
import type { WorkerAddress } from '../engine/worker.ts'
import { AppError } from '../errors.ts'
import { nameFromPath } from '../model-name.ts'
import { createExternalWorker } from '../workers/external-worker.ts'
import { pythonEnvironmentFolder } from '../workers/python/python-environment.ts'
import { createPythonWorker } from '../workers/python/python-worker.ts'
import type { Worker } from '../workers/worker.ts'
import type { WorkerSettings } from '../workers/worker-settings.ts'

export type WorkerPlaces = {
  /** Where relative paths of the config start. */
  baseFolder: string
  stateFolder: string
  /** The folder that holds `package.json` and `worker/`. */
  packageRoot: string
}

/** `workers` and `worker_address` of the config. Nothing is started yet. */
export function createConfiguredWorkers(
  config: Config,
  places: WorkerPlaces,
  settings: WorkerSettings,
): Worker[] {
  const workers = config.workers.flatMap((worker) =>
    worker.kind === 'python'
      ? createPython(worker, places, settings)
      : [createExternal(worker, places.baseFolder, settings)],
  )
  if (config.worker_address !== undefined)
    workers.push(
      createExternal({ kind: 'external', address: config.worker_address }, places.baseFolder, settings),
    )
  const names = new Set<string>()
  for (const { id } of workers) {
    if (names.has(id))
      throw new AppError('invalid_config', `workers: the name "${id}" is used twice; give one another name`, {
        param: 'workers',
      })
    names.add(id)
  }
  return workers
}

function createPython(worker: PythonWorkerConfig, places: WorkerPlaces, settings: WorkerSettings): Worker[] {
  const path = resolve(places.baseFolder, worker.model)
  const isFolder = looksLikePath(worker.model) || existsSync(path)
  const model = worker.serves ?? (isFolder ? nameFromPath(path) : worker.model)
  const name = worker.name ?? `${model.replaceAll(/[^\w.-]/g, '-')}-python`
  return Array.from({ length: worker.count }, (_, index) =>
    createPythonWorker({
      id: worker.count === 1 ? name : `${name}-${index + 1}`,
      model,
      source: isFolder ? path : worker.model,
      python: looksLikePath(worker.python) ? resolve(places.baseFolder, worker.python) : worker.python,
      environmentFolder: pythonEnvironmentFolder(places.stateFolder),
      packageFolder: join(places.packageRoot, 'worker'),
      backend: worker.backend,
      device: worker.device,
      dtype: worker.dtype,
      parallel: worker.parallel,
      contextLength: worker.context_length,
      arguments: worker.arguments,
      settings,
    }),
  )
}

export function createExternal(
  { name, address, serves, tls }: ExternalWorkerConfig,
  baseFolder: string,
  settings: WorkerSettings,
): Worker {
  const target = address.startsWith('unix:')
    ? `unix:${resolve(baseFolder, address.slice('unix:'.length))}`
    : address
  return createExternalWorker({
    id:
      name ??
      address
        .replace(/^unix:/, '')
        .replaceAll(/[^\w.-]+/g, '-')
        .replace(/^-+/, ''),
    address: { target, ...(tls && { tls: resolveTls(tls, baseFolder) }) },
    serves: serves && new Map(Object.entries(serves)),
    settings,
  })
}

function resolveTls(
  { ca, certificate, key, server_name }: NonNullable<ExternalWorkerConfig['tls']>,
  baseFolder: string,
): NonNullable<WorkerAddress['tls']> {
  return {
    ...(ca !== undefined && { ca: resolve(baseFolder, ca) }),
    ...(certificate !== undefined && { certificate: resolve(baseFolder, certificate) }),
    ...(key !== undefined && { key: resolve(baseFolder, key) }),
    ...(server_name !== undefined && { serverName: server_name }),
  }
}
