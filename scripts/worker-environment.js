/**
 * The Python environment of the worker's tests and of the end-to-end tests: `worker/.venv`, made when it is missing,
 * completed when `worker/pyproject.toml` has changed. The Redis server of other tests is in it too. Prints the interpreter's path.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const worker = resolve(import.meta.dirname, '..', 'worker')
const folder = join(worker, '.venv')
const marker = join(folder, 'sluice-complete')
const windows = process.platform === 'win32'
const interpreter = join(folder, ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']))

export function ensureWorkerEnvironment() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(worker, 'pyproject.toml')))
    .digest('hex')
  const made = existsSync(interpreter) && existsSync(marker) ? readFileSync(marker, 'utf8') : undefined
  if (made === wanted) return interpreter
  if (made === undefined) {
    console.error(`making ${folder}: PyTorch and transformers take a minute or two, once`)
    rmSync(folder, { recursive: true, force: true })
    run(findPython(), ['-m', 'venv', folder])
  }
  run(interpreter, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-e',
    `${worker}[transformers,test]`,
  ])
  writeFileSync(marker, wanted)
  return interpreter
}

function findPython() {
  const version = ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']
  const found = ['python3', 'python'].find((name) => spawnSync(name, version).status === 0)
  if (found) return found
  console.error(
    'Python 3.10 or newer is needed for the tests of the Python worker; install python3 and python3-venv',
  )
  process.exit(1)
}

export function run(command, words, options = {}) {
  const { status, error } = spawnSync(command, words, { stdio: ['ignore', 2, 2], ...options })
  if (error) console.error(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(ensureWorkerEnvironment())
