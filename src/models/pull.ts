import { existsSync } from 'node:fs'
import { mkdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../errors.ts'
import { copyModelFile } from './copy-file.ts'
import { download } from './download.ts'
import { assertGgufMagic } from './gguf.ts'
import { assertModelName, nameFromPath } from '../model-name.ts'
import type { PullHooks } from './transfer.ts'

export type PullRequest = {
  /** An absolute path, or an http(s) URL. */
  source: string
  name?: string | undefined
  /** Lower-case hex; the file is refused if it differs. */
  sha256?: string | undefined
}
export type PulledModel = { name: string; path: string; sizeBytes: number; sha256: string }

/** Brings a GGUF into the models folder. A cut-off download keeps its part file and goes on from there next time. */
export async function pullModel(
  folder: string,
  request: PullRequest,
  hooks: PullHooks,
): Promise<PulledModel> {
  const url = parseUrl(request.source)
  const name = request.name ?? nameFromPath(url ? decodeURIComponent(url.pathname) : request.source)
  assertModelName(name)
  const path = join(folder, `${name}.gguf`)
  if (existsSync(path)) {
    throw new AppError(
      'conflict',
      `a model named ${name} is already there; remove it (sluice rm ${name}) or give another name`,
    )
  }
  const part = `${path}.part`
  await mkdir(dirname(path), { recursive: true })
  const sha256 = url
    ? await download(url, part, { ...hooks, assertRoom: (bytes) => assertRoom(folder, bytes) })
    : await copyModelFile(request.source, part, {
        ...hooks,
        assertRoom: (bytes) => assertRoom(folder, bytes),
      })
  try {
    assertGgufMagic(part, request.source)
    assertChecksum(sha256, request)
  } catch (cause) {
    await rm(part, { force: true })
    throw cause
  }
  await rename(part, path)
  return { name, path, sizeBytes: (await stat(path)).size, sha256 }
}

function parseUrl(source: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return undefined
  const url = URL.parse(source)
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new AppError(
    'invalid_request',
    `"${source}" is not an http or https URL; pull takes a GGUF file or such a URL`,
    {
      param: 'source',
    },
  )
}

function assertChecksum(sha256: string, { source, sha256: expected }: PullRequest): void {
  if (expected === undefined || expected.toLowerCase() === sha256) return
  throw new AppError('invalid_model', `${source} has SHA-256 ${sha256}, not ${expected}; nothing was kept`)
}

/** Asks before writing: a disk that fills up in the middle of a pull hurts everybody on it. */
async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free > bytes + 64 * 1024 ** 2) return
  throw new AppError(
    'insufficient_storage',
    `${folder} has ${megabytes(free)} MB free, and the model needs ${megabytes(bytes)} MB`,
  )
}
const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
