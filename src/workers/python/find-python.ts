import { AppError } from '../../errors.ts'
import { runCommand } from './run-command.ts'

export type Python = {
  /** The interpreter itself, not what a search path or a launcher made of its name. */
  executable: string
  /** e.g. `3.11.7`. */
  version: string
}

/** Of the worker package; see worker/pyproject.toml. */
const leastMinor = 10
/** What a system calls it; a `python3` that is too old may stand beside a newer one with its full name. */
const candidates = [
  ['python3'],
  ['python'],
  ['py', '-3'],
  ...[14, 13, 12, 11, 10].map((minor) => [`python3.${minor}`]),
]
const probe = [
  'import json, sys',
  'from importlib.util import find_spec',
  'has = bool(find_spec("venv") and find_spec("ensurepip"))',
  'print(json.dumps([sys.executable, list(sys.version_info[:3]), has]))',
].join('\n')

/** The first Python that can make an environment for the worker. Rejects with what was found instead. */
export async function findPython(signal: AbortSignal, environment = process.env): Promise<Python> {
  const refused: string[] = []
  for (const [executable, ...given] of candidates) {
    const result = await runCommand(executable!, [...given, '-c', probe], { signal, environment })
    const found = result.code === 0 ? readProbe(result.output) : undefined
    if (!found) continue
    const [path, version, hasVenv] = found
    const text = version.join('.')
    if (version[0] !== 3 || version[1]! < leastMinor) refused.push(`${path} is ${text}`)
    else if (!hasVenv) refused.push(`${path} (${text}) has no venv module`)
    else return { executable: path, version: text }
  }
  throw new AppError('invalid_config', describeAbsence(refused), { param: 'workers' })
}

function describeAbsence(refused: string[]): string {
  const wanted = `a Python worker needs Python 3.${leastMinor} or newer with venv`
  const advice =
    'install it, or name an interpreter that has the worker package with: python: /path/to/python'
  if (refused.length === 0) return `${wanted}, and none was found (python3, python, py -3); ${advice}`
  const debian = refused.some((text) => text.endsWith('venv module'))
    ? ' (on Debian and Ubuntu: apt install python3-venv)'
    : ''
  return `${wanted}; ${[...new Set(refused)].join(', ')}${debian}; ${advice}`
}

function readProbe(output: string[]): [string, number[], boolean] | undefined {
  try {
    return JSON.parse(output.at(-1) ?? '') as [string, number[], boolean]
  } catch {
    // Something else that is called python, such as the shop's placeholder on Windows.
    return undefined
  }
}
