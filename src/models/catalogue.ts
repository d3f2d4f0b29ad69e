import { readdirSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { AppError } from '../errors.ts'
import { assertModelName, nameFromPath } from '../model-name.ts'

export type CatalogueEntry = {
  name: string
  aliases: string[]
  path: string
  /** Shipped with sluice; pulled into the models folder; or a file named by the config or a command. */
  origin: 'bundled' | 'pulled' | 'file'
  sizeBytes: number
  modified: Date
}

export type Registration = { name: string; path: string; origin: 'bundled' | 'file' }
type FoundFile = Omit<CatalogueEntry, 'aliases'>

export interface Catalogue {
  list(): CatalogueEntry[]
  find(name: string): CatalogueEntry | undefined
  /** Makes a file outside the models folder known. A taken name with another file is a `conflict`. */
  register(registration: Registration): void
  /** Makes a file known under a name made from its own; the same file twice keeps its name. */
  registerFile(path: string): string
  forget(name: string): void
  refresh(): void
}

const rescanMs = 1000

/**
 * Models by name: registered files first, then `*.gguf` under `folder`, whose relative path is the name.
 * `aliases` holds further names by name, wherever the file comes from.
 */
export function createCatalogue(
  folder: string,
  aliases: ReadonlyMap<string, string[]> = new Map(),
): Catalogue {
  const registered = new Map<string, Registration>()
  let scanned: CatalogueEntry[] = []
  let scannedAt = -Infinity

  function list(): CatalogueEntry[] {
    if (performance.now() - scannedAt > rescanMs) {
      const own = [...registered.values()].map(describe)
      const files = [...own, ...scan(folder).filter(({ name }) => !registered.has(name))]
      scanned = files.map((file) => ({ ...file, aliases: aliases.get(file.name) ?? [] }))
      scannedAt = performance.now()
    }
    return scanned
  }
  const refresh = () => {
    scannedAt = -Infinity
  }
  function register(registration: Registration): void {
    const present = registered.get(registration.name)
    if (present && present.path !== registration.path) {
      throw new AppError('conflict', `the name ${registration.name} already stands for ${present.path}`, {
        param: 'name',
      })
    }
    registered.set(registration.name, registration)
    refresh()
  }

  return {
    list,
    refresh,
    register,
    find: (name) => list().find((entry) => entry.name === name || entry.aliases.includes(name)),
    registerFile(path) {
      const known = list().find((entry) => entry.path === path)
      if (known) return known.name
      const name = nameFromPath(path)
      register({ name, path, origin: 'file' })
      return name
    },
    forget(name) {
      registered.delete(name)
      refresh()
    },
  }
}

function describe(registration: Registration): FoundFile {
  const stat = statSync(registration.path, { throwIfNoEntry: false })
  return { ...registration, sizeBytes: stat?.size ?? 0, modified: stat?.mtime ?? new Date(0) }
}

function scan(folder: string): FoundFile[] {
  const files = readFolder(folder)
  return files.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat?.isFile()) return []
    const name = relative(folder, path)
      .split(sep)
      .join('/')
      .replace(/\.gguf$/i, '')
    try {
      assertModelName(name)
    } catch {
      return []
    }
    return [{ name, path, origin: 'pulled' as const, sizeBytes: stat.size, modified: stat.mtime }]
  })
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.gguf$/i.test(file))
      .map((file) => join(folder, file))
      .toSorted()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new AppError('internal_error', `the models folder ${folder} cannot be read`, { cause })
  }
}
