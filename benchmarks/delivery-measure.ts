import { availableParallelism, loadavg } from 'node:os'
import { startNullProcess } from '../bench/floor/start-null-process.ts'
import type { BenchResult } from '../bench/result.ts'
import { runBench } from '../bench/run.ts'

export type DeliveryRow = {
  /** `spread`: each stream keeps its own rhythm. `together`: all tokens of a step at once, as a batch makes them. */
  rhythm: 'spread' | 'together'
  streams: number
  threads: number
  eventsPerSecond: number
  p50: number
  p99: number
  max: number
  lagP99: number
  busy: number
  verdict: BenchResult['verdict']['status']
  reasons: string[]
  load: number
}

export const tokensPerSecond = 50
const seconds = 4

/** Streams of 50 tokens/s from a server in a process of its own, which stamps each token as it leaves. */
export const measureDelivery = async (
  rhythm: DeliveryRow['rhythm'],
  streams: number,
  threads: number,
): Promise<DeliveryRow> => {
  const server = await startNullProcess()
  try {
    const result = await runBench(
      {
        url: server.url,
        model: rhythm === 'spread' ? 'spread' : 'null',
        endpoint: 'chat',
        stream: true,
        load: { mode: 'closed', concurrency: streams, requests: streams },
        prompts: { kind: 'built-in' },
        sampling: { ignoreEos: false, maxTokens: seconds * tokensPerSecond },
        timeoutMs: 60_000,
        threads,
      },
      { signal: new AbortController().signal, version: 'delivery', argv: [] },
    )
    return toRow(rhythm, streams, result)
  } finally {
    server.stop()
  }
}

/** The floor's share says how fast the server is, and this one is as fast as it gets. */
const statusWithoutFloor = ({ verdict }: BenchResult): Pick<DeliveryRow, 'verdict' | 'reasons'> => ({
  verdict: verdict.status,
  reasons: verdict.checks.filter(({ status }) => status !== 'VALID').map(({ check }) => check),
})

const toRow = (rhythm: DeliveryRow['rhythm'], streams: number, result: BenchResult): DeliveryRow => {
  const { delivery } = result.latency
  const { self_check: self, stream, duration_s: duration } = result
  return {
    rhythm,
    streams,
    threads: result.configuration.threads,
    eventsPerSecond: stream.events / duration,
    p50: delivery?.p50 ?? Number.NaN,
    p99: delivery?.p99 ?? Number.NaN,
    max: delivery?.max ?? Number.NaN,
    lagP99: self.loop_lag_p99_ms,
    busy: self.loop_utilization,
    ...statusWithoutFloor(result),
    load: (loadavg()[0] ?? 0) / availableParallelism(),
  }
}
