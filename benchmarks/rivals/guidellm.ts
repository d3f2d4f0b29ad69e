import { join } from 'node:path'
import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const figure = z.object({ successful: z.object({ median: z.number(), mean: z.number() }).nullable() })
const document = z.object({
  benchmarks: z
    .array(
      z.object({
        metrics: z.object({
          request_totals: z.object({
            successful: z.number(),
            errored: z.number(),
            incomplete: z.number(),
          }),
          time_to_first_token_ms: figure,
          inter_token_latency_ms: figure,
          request_latency: figure,
          output_token_count: figure,
        }),
      }),
    )
    .min(1),
})

export const guidellm: Rival = {
  name: 'GuideLLM',
  distribution: 'guidellm',
  settings: 'one worker process instead of ten, for two cores',
  report: 'guidellm.json',
  invoke: ({ url, model, connections, requests, outputTokens, tokenizer, folder }) => ({
    executable: 'guidellm/bin/guidellm',
    arguments: [
      'run',
      '--backend',
      `kind=openai_http,target=${url},model=${model},request_format=/v1/chat/completions`,
      '--profile',
      `kind=concurrent,streams=${connections}`,
      '--constraint',
      `kind=max_requests,count=${requests}`,
      '--tokenizer',
      `kind=hf_auto,model=${tokenizer}`,
      '--data',
      `kind=synthetic_text,prompt_tokens=16,output_tokens=${outputTokens}`,
      '--output',
      `kind=json,path=${join(folder, 'guidellm.json')}`,
      '--disable-console',
    ],
    environment: { GUIDELLM__MAX_WORKER_PROCESSES: '1', HF_HUB_OFFLINE: '1' },
  }),
  decode(text) {
    const { metrics } = document.parse(parsePythonJson(text)).benchmarks[0]!
    const { successful, errored, incomplete } = metrics.request_totals
    return withoutGaps({
      succeeded: successful,
      failed: errored + incomplete,
      ttft: metrics.time_to_first_token_ms.successful?.median,
      // What it calls ITL is what the others call TPOT; its TPOT holds the first token's time, too.
      tpot: metrics.inter_token_latency_ms.successful?.median,
      itl: undefined,
      e2e: (metrics.request_latency.successful?.median ?? 0) * 1000,
      tokens: metrics.output_token_count.successful?.mean,
    })
  },
}
