import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../../errors.ts'
import { withLock } from './environment-lock.ts'
import { findPython, type Python } from './find-python.ts'
import { copyPackage, hashPackage, type PackageHashes } from './package-files.ts'
import { describePipLine } from './pip-progress.ts'
import { runCommand, type CommandResult } from './run-command.ts'

export type PythonEnvironmentOptions = {
  /** Where environments are kept; see `pythonEnvironmentFolder`. */
  folder: string
  /** The worker package of this installation. */
  packageFolder: string
  /** Of the package: what to install with it. */
  extra: string
}
export type EnvironmentHooks = { signal: AbortSignal; onProgress(text: string): void }

/** What a finished environment was made of. Written last, so that only a whole one has it. */
type Marker = PackageHashes & { environment: string; python: string }

export const pythonEnvironmentFolder = (stateFolder: string, environment = process.env): string =>
  resolve(environment['SLUICE_PYTHON_ENVIRONMENT'] || join(stateFolder, 'python'))

/**
 * The interpreter of a virtual environment with the worker package in it; makes or renews the environment where
 * it is missing or was made of something else. Safe to call from several processes at once.
 */
export async function ensurePythonEnvironment(
  options: PythonEnvironmentOptions,
  hooks: EnvironmentHooks,
): Promise<string> {
  const folder = join(options.folder, options.extra)
  const [python, hashes] = await Promise.all([findPython(hooks.signal), hashPackage(options.packageFolder)])
  const wanted = { ...hashes, python: `${python.executable} ${python.version}` }
  const present = await findEnvironment(folder, wanted)
  if (present) return present
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const onWait = () => hooks.onProgress('waiting for another process that makes the Python environment')
  return withLock(join(folder, 'lock'), { signal: hooks.signal, onWait }, async () => {
    // Another process may have made it meanwhile.
    const made = await findEnvironment(folder, wanted)
    return made ?? (await makeEnvironment({ ...options, folder, python, wanted }, hooks))
  })
}

const markerPath = (folder: string) => join(folder, 'environment.json')
const pythonIn = (environment: string) =>
  process.platform === 'win32'
    ? join(environment, 'Scripts', 'python.exe')
    : join(environment, 'bin', 'python')

async function readMarker(folder: string): Promise<Marker | undefined> {
  try {
    const marker = JSON.parse(await readFile(markerPath(folder), 'utf8')) as Marker
    await stat(pythonIn(join(folder, marker.environment)))
    return marker
  } catch {
    return undefined
  }
}

type Wanted = PackageHashes & { python: string }

async function findEnvironment(folder: string, wanted: Wanted): Promise<string | undefined> {
  const marker = await readMarker(folder)
  const fits = marker && sameBase(marker, wanted) && marker.sources === wanted.sources
  return fits ? pythonIn(join(folder, marker.environment)) : undefined
}

const sameBase = (marker: Marker, { requirements, python }: Wanted) =>
  marker.requirements === requirements && marker.python === python

type Making = PythonEnvironmentOptions & { python: Python; wanted: Wanted }

/** Each in a folder of its own name: what an interrupted one left, or still writes, is never taken for whole. */
async function makeEnvironment(making: Making, hooks: EnvironmentHooks): Promise<string> {
  const { folder, wanted, python } = making
  const marker = await readMarker(folder)
  await removeOthers(folder, marker?.environment)
  const renews = marker !== undefined && sameBase(marker, wanted)
  const name = renews ? marker.environment : `venv-${randomBytes(4).toString('hex')}`
  const environment = join(folder, name)
  try {
    if (renews) await writeMarker(folder, { ...marker, sources: 'being replaced' })
    else await createVenv(python, environment, hooks)
    await installPackage(making, environment, renews, hooks)
  } catch (cause) {
    // What takes long to make is kept: only our own code in it is to be replaced again.
    if (!renews) await rm(environment, { recursive: true, force: true })
    throw cause
  }
  await writeMarker(folder, { ...wanted, environment: name })
  await removeOthers(folder, name)
  hooks.onProgress('the Python environment is ready')
  return pythonIn(environment)
}

async function writeMarker(folder: string, marker: Marker): Promise<void> {
  const part = `${markerPath(folder)}.part`
  await writeFile(part, `${JSON.stringify(marker)}\n`)
  await rename(part, markerPath(folder))
}

async function createVenv(python: Python, environment: string, hooks: EnvironmentHooks): Promise<void> {
  hooks.onProgress(`making a Python ${python.version} environment`)
  const made = await runCommand(python.executable, ['-m', 'venv', environment], hooks)
  if (made.code !== 0) throw describeFailure(`${python.executable} -m venv ${environment}`, made)
}

async function installPackage(
  { folder, packageFolder, extra }: Making,
  environment: string,
  onlyCode: boolean,
  { signal, onProgress }: EnvironmentHooks,
): Promise<void> {
  const copy = join(folder, `source-${randomBytes(4).toString('hex')}`)
  try {
    await copyPackage(packageFolder, copy)
    const what = onlyCode ? ['--no-deps', '--force-reinstall', copy] : [`${copy}[${extra}]`]
    const given = [
      '-m',
      'pip',
      'install',
      '--no-input',
      '--disable-pip-version-check',
      '--progress-bar',
      'off',
    ]
    const onLine = (line: string) => {
      const text = describePipLine(line)
      if (text !== undefined) onProgress(text)
    }
    const installed = await runCommand(pythonIn(environment), [...given, ...what], { signal, onLine })
    if (installed.code !== 0) throw describeFailure('pip install', installed)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

function describeFailure(what: string, { code, errors, output }: CommandResult): AppError {
  const tail = (errors.length > 0 ? errors : output).slice(-6).join('\n')
  const full = /no space left|errno 28\b/i.test(tail)
  return new AppError(
    full ? 'insufficient_storage' : 'engine_failed',
    `the Python environment could not be made: ${what} ended with exit code ${code ?? 'none'}: ${tail.slice(-1_500)}`,
  )
}

/** Leftovers of interrupted builds and of earlier versions. */
async function removeOthers(folder: string, keep: string | undefined): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^(venv|source)-/.test(name) && name !== keep)
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })))
}
