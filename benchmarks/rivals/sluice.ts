import { join } from 'node:path'
import { z } from 'zod'
import { withoutGaps, type Rival } from './rival.ts'

const figure = z.object({ p50: z.number() }).nullable()
const document = z.object({
  requests: z.object({ succeeded: z.number(), failed: z.number() }),
  tokens: z.object({ output: z.number() }),
  latency: z.object({ ttft: figure, tpot: figure, itl: figure, e2e: figure }),
})

/** Ours, by its command line as the others are. */
export const sluice: Rival = {
  name: 'sluice bench',
  distribution: 'sluice',
  settings: 'no warm-up',
  report: 'sluice.json',
  invoke: ({ url, model, connections, requests, outputTokens, folder }) => ({
    executable: process.execPath,
    arguments: [
      join(import.meta.dirname, '..', '..', 'bin', 'run.js'),
      'bench',
      '--url',
      `${url}/v1`,
      '--model',
      model,
      '--concurrency',
      String(connections),
      '--requests',
      String(requests),
      '--max-tokens',
      String(outputTokens),
      '--warm-up',
      '0',
      '--json',
      join(folder, 'sluice.json'),
    ],
  }),
  decode(text) {
    const { requests, tokens, latency } = document.parse(JSON.parse(text))
    return withoutGaps({
      succeeded: requests.succeeded,
      failed: requests.failed,
      ttft: latency.ttft?.p50,
      tpot: latency.tpot?.p50,
      itl: latency.itl?.p50,
      e2e: latency.e2e?.p50,
      tokens: tokens.output / requests.succeeded,
    })
  },
}
