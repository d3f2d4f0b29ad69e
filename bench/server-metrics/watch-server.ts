import { Pool } from 'undici'
import type { Target } from '../wire/target.ts'
import { requestJson, requestText } from '../wire/request-text.ts'
import { parseExposition, type Exposition } from './parse-exposition.ts'
import { readSluice } from './read-sluice.ts'
import { describeServer, type ServerMetrics } from './server-metrics.ts'
import { takeSnapshot, type Snapshot } from './snapshot.ts'

export type ServerWatch = {
  /** Stops reading, reads once more and says what has changed since the start. */
  stop(): Promise<ServerMetrics | undefined>
}

export type WatchOptions = {
  target: Target
  /** Where the metrics are; absent: `/metrics` beside the API, else what our own daemon tells. */
  url?: string | undefined
  /** Both are shown to the measured server only. */
  apiKey: string | undefined
  headers?: Record<string, string> | undefined
}

/** A big server's metrics have some hundred kilobytes. */
const maxBytes = 8 * 1024 * 1024
const timeoutMs = 3000
/** The first reading comes early, so that short runs have one. */
const [firstMs, everyMs] = [250, 1000]

/**
 * Reads the server's own figures until it is stopped. It runs in the thread that draws, on connections of its own: one
 * to go on reading, and one more so that the last reading does not wait for a slow one. Undefined where the server tells nothing that is known here.
 */
export const watchServer = async ({
  target,
  url,
  apiKey,
  headers: further,
}: WatchOptions): Promise<ServerWatch | undefined> => {
  const stopped = new AbortController()
  const address = new URL(url ?? `${target.basePath.replace(/\/v1$/, '')}/metrics`, target.origin)
  const own = address.origin === target.origin
  const pool = new Pool(address.origin, { connections: 2, allowH2: false })
  const headers = {
    'user-agent': 'sluice-bench',
    ...(own && apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    ...(own && further),
  }
  const ask = (path: string) =>
    ({ path, method: 'GET', headers, signal: stopped.signal, timeoutMs, maxBytes }) as const
  const readMetrics = async (): Promise<Exposition | undefined> =>
    parseExposition((await requestText(pool, ask(address.pathname + address.search))) ?? '')
  const readEngines = async (): Promise<Exposition | undefined> =>
    readSluice(await requestJson(pool, ask('/api/engines')))
  const sources = [
    { url: `${address.origin}${address.pathname}`, read: readMetrics },
    ...(url === undefined ? [{ url: `${address.origin}/api/engines`, read: readEngines }] : []),
  ]
  for (const source of sources) {
    const read = async () => snapshotOf(await source.read())
    const before = await read()
    if (before !== undefined) return follow(source.url, before, read, () => closeAll(stopped, pool))
  }
  await closeAll(stopped, pool)
  return undefined
}

const snapshotOf = (exposition: Exposition | undefined): Snapshot | undefined =>
  exposition === undefined ? undefined : takeSnapshot(exposition)

const closeAll = async (stopped: AbortController, pool: Pool): Promise<void> => {
  stopped.abort()
  await pool.destroy()
}

const follow = (
  url: string,
  before: Snapshot,
  read: () => Promise<Snapshot | undefined>,
  close: () => Promise<void>,
): ServerWatch => {
  const during: Snapshot[] = []
  let ended = false
  let timer: NodeJS.Timeout
  const take = async (): Promise<void> => {
    const snapshot = await read()
    if (ended) return
    if (snapshot !== undefined) during.push({ ...snapshot, times: {} })
    timer = setTimeout(() => void take(), everyMs)
  }
  timer = setTimeout(() => void take(), firstMs)
  return {
    async stop() {
      ended = true
      clearTimeout(timer)
      const after = await read()
      await close()
      return after === undefined ? undefined : describeServer(url, before, after, during)
    },
  }
}
