import { join } from 'node:path'
import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const figure = z.object({ avg: z.number(), p50: z.number().optional() }).optional()
const document = z.object({
  aiperf_version: z.string(),
  request_count: figure,
  error_request_count: figure,
  time_to_first_token: figure,
  inter_token_latency: figure,
  request_latency: figure,
  output_sequence_length: figure,
})

export const aiperf: Rival = {
  name: 'AIPerf',
  distribution: 'aiperf',
  settings: '`--use-server-token-count`, except where the server reports no usage',
  report: 'profile_export_aiperf.json',
  invoke: ({ url, model, connections, requests, outputTokens, tokenizer, folder }) => ({
    executable: 'aiperf/bin/aiperf',
    arguments: [
      'profile',
      '--model',
      model,
      '--url',
      url,
      '--endpoint-type',
      'chat',
      '--streaming',
      '--concurrency',
      String(connections),
      '--request-count',
      String(requests),
      '--tokenizer',
      tokenizer,
      '--isl',
      '16',
      '--osl',
      String(outputTokens),
      ...(model === 'no-usage' ? [] : ['--use-server-token-count']),
      '--ui',
      'none',
      '--artifact-dir',
      join(folder),
      '--export-level',
      'summary',
      '--no-server-metrics',
      '--no-gpu-telemetry',
    ],
  }),
  decode(text) {
    const run = document.parse(parsePythonJson(text))
    return withoutGaps({
      succeeded: run.request_count?.avg ?? 0,
      failed: run.error_request_count?.avg ?? 0,
      ttft: run.time_to_first_token?.p50,
      // Its inter-token latency is one figure for each request: what the others call TPOT.
      tpot: run.inter_token_latency?.p50,
      itl: undefined,
      e2e: run.request_latency?.p50,
      tokens: run.output_sequence_length?.avg,
    })
  },
}
