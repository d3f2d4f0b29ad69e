import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { request, type Dispatcher } from 'undici'
import { AppError } from '../errors.ts'
import { createMeter, type PullProgress, type TransferHooks } from './transfer.ts'

const attempts = 5
const stallMs = 30_000
const maxRedirects = 5

/**
 * Downloads to `part` and gives the SHA-256 of the whole. Resumes by byte range while the server's ETag
 * stays the same; a stalled or broken connection is dialled again. The part file outlives a failure.
 */
export async function download(url: URL, part: string, hooks: TransferHooks): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transfer(url, part, hooks)
    } catch (cause) {
      if (hooks.signal.aborted)
        throw new AppError('cancelled', `the download of ${url.href} was stopped; pull again to go on`, {
          cause,
        })
      if (cause instanceof AppError) throw cause
      if (attempt === attempts || isHopeless(cause)) {
        throw new AppError(
          'engine_failed',
          `${url.href} could not be downloaded (${(cause as Error).message}); pull again to go on where it stopped`,
          { cause },
        )
      }
      await delay(500 * 2 ** attempt, undefined, { signal: hooks.signal }).catch(() => undefined)
    }
  }
}

/** A wrong host or a closed port does not get better by waiting. */
const isHopeless = (cause: unknown) =>
  ['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN'].includes(String((cause as NodeJS.ErrnoException).code))

async function transfer(url: URL, part: string, hooks: TransferHooks): Promise<string> {
  const hash = createHash('sha256')
  const etagFile = `${part}.etag`
  const etag = existsSync(part) ? await readFile(etagFile, 'utf8').catch(() => undefined) : undefined
  let offset = etag === undefined ? 0 : await hashFile(part, hash)
  const range = offset > 0 ? { range: `bytes=${offset}-`, 'if-range': etag! } : {}
  const response = await fetchFollowing(url, range, hooks.signal)
  const resumed = response.statusCode === 206
  if (!resumed) offset = 0
  else if (!startsAt(response, offset)) {
    response.body.destroy()
    await rm(etagFile, { force: true })
    throw new Error('the server sent another part of the file than was asked for')
  }
  const running = resumed ? hash : createHash('sha256')
  const length = Number(response.headers['content-length'] ?? Number.NaN)
  const total = Number.isNaN(length) ? undefined : offset + length
  if (total !== undefined) await hooks.assertRoom(total - offset)
  const seenEtag = response.headers.etag
  if (typeof seenEtag === 'string' && !seenEtag.startsWith('W/')) await writeFile(etagFile, seenEtag)
  else await rm(etagFile, { force: true })
  const progress: PullProgress = { status: 'downloading', completed: offset, total }
  const meter = createMeter(running, progress, hooks.onProgress)
  await pipeline(response.body, meter, createWriteStream(part, { flags: resumed ? 'a' : 'w' }), {
    signal: hooks.signal,
  })
  if (total !== undefined && progress.completed !== total)
    throw new Error(`got ${progress.completed} of ${total} bytes`)
  await rm(etagFile, { force: true })
  return running.digest('hex')
}

const startsAt = ({ headers }: Dispatcher.ResponseData, offset: number): boolean => {
  const start = /^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1]
  return start === undefined || Number(start) === offset
}

async function fetchFollowing(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  let target = url
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const response = await request(target, {
      headers: { ...headers, 'user-agent': 'sluice' },
      signal,
      bodyTimeout: stallMs,
      headersTimeout: stallMs,
    })
    const { location } = response.headers
    if (response.statusCode >= 300 && response.statusCode < 400 && typeof location === 'string') {
      await response.body.dump()
      target = new URL(location, target)
      continue
    }
    if (response.statusCode === 200 || response.statusCode === 206) return response
    await response.body.dump()
    throwForStatus(url, response.statusCode)
  }
  throw new AppError('invalid_request', `${url.href} redirects more than ${maxRedirects} times`, {
    param: 'source',
  })
}

function throwForStatus(url: URL, status: number): never {
  if (status === 404) throw new AppError('not_found', `${url.href} does not exist (404)`, { param: 'source' })
  if (status === 401 || status === 403)
    throw new AppError('forbidden', `${url.href} refused access (${status})`, { param: 'source' })
  if (status >= 500 || status === 429) throw new Error(`the server answered ${status}`)
  throw new AppError('engine_failed', `${url.href} answered ${status}`, { param: 'source' })
}

async function hashFile(path: string, hash: Hash): Promise<number> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return (await stat(path)).size
}
