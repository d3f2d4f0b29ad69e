import type { BenchOptions } from '../options.ts'
import { openConnections } from '../wire/open-connections.ts'
import { resetCache } from '../wire/reset-cache.ts'
import type { Target } from '../wire/target.ts'
import type { ServerMetrics } from './server-metrics.ts'
import { watchServer } from './watch-server.ts'

/** What the server was asked beside the load, as the options want it. */
export type ServerSide = { serverMetrics?: ServerMetrics | undefined; cacheReset?: string | undefined }

type Asked = { options: BenchOptions; target: Target; model: string; signal: AbortSignal }

/** Has the server forget its cache and reads its own figures around the measurement. */
export const measureBeside = async <Measured>(
  asked: Asked,
  measure: () => Promise<Measured>,
): Promise<{ measured: Measured; serverSide: ServerSide }> => {
  const { options, target } = asked
  const { serverMetrics: wanted, resetCache: wantsReset, apiKey, headers } = options
  const cacheReset = wantsReset === true ? await forgetPrompts(asked) : undefined
  const watch =
    wanted === undefined ? undefined : await watchServer({ target, url: wanted.url, apiKey, headers })
  let serverMetrics: ServerMetrics | undefined
  let measured: Measured
  try {
    measured = await measure()
  } finally {
    serverMetrics = await watch?.stop()
  }
  return { measured, serverSide: { serverMetrics, cacheReset } }
}

const forgetPrompts = async ({ options, ...asked }: Asked): Promise<string | undefined> => {
  if (asked.signal.aborted) return undefined
  const connections = openConnections(options, asked.target, 1)
  try {
    return await resetCache(connections, asked)
  } finally {
    await connections.close()
  }
}
