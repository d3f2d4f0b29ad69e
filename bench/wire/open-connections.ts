import { endpoints } from '../endpoints/registry.ts'
import type { BenchOptions } from '../options.ts'
import { askForStamps } from './ask-for-stamps.ts'
import { createConnections, type Connections } from './connections.ts'
import type { Target } from './target.ts'

type Caller = Pick<BenchOptions, 'apiKey' | 'headers' | 'timeoutMs' | 'endpoint'>

/** Whatever a run asks of the server, it asks with the same key and headers. */
export const openConnections = (
  { apiKey, headers, timeoutMs, endpoint }: Caller,
  target: Target,
  size: number,
): Connections =>
  createConnections({
    target,
    size,
    apiKey,
    headers: { ...askForStamps(target), ...headers },
    timeoutMs,
    endpoint: endpoints[endpoint],
  })
