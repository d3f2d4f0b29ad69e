import { createHash } from 'node:crypto'
import { cp, readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { AppError } from '../../errors.ts'

export type PackageHashes = {
  /** What decides which other packages are needed. */
  requirements: string
  /** The worker's own code. */
  sources: string
}

/** Made by Python and its tools in the folder of the package; never part of it. */
const isLitter = (name: string) =>
  name.startsWith('.') || name === '__pycache__' || name === 'build' || name.endsWith('.egg-info')

export async function hashPackage(folder: string): Promise<PackageHashes> {
  const requirements = await readFile(join(folder, 'pyproject.toml')).catch((cause: unknown) => {
    const message = `the worker package is missing in ${folder}; install sluice again`
    throw new AppError('invalid_config', message, { cause })
  })
  const sources = createHash('sha256')
  for (const path of await listFiles(join(folder, 'src'))) {
    sources.update(`${relative(folder, path)}\n`).update(await readFile(path))
  }
  return { requirements: hashOf(requirements), sources: sources.digest('hex') }
}

/** A copy that a build may write into: the installed package may be read-only, or somebody else's. */
export async function copyPackage(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    filter: (path) => path === from || !(isLitter(basename(path)) || path === join(from, 'tests')),
  })
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const wanted = entries.filter(({ name }) => !isLitter(name)).sort((a, b) => (a.name < b.name ? -1 : 1))
  const files = await Promise.all(
    wanted.map(async (entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? listFiles(path) : [path]
    }),
  )
  return files.flat()
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
