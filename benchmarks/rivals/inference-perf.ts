import { join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const figure = z.object({ mean: z.number(), median: z.number() }).nullable()
const document = z.object({
  successes: z.object({
    count: z.number(),
    latency: z
      .object({
        request_latency: figure,
        time_per_output_token: figure,
        time_to_first_token: figure,
        inter_token_latency: figure,
      })
      .optional(),
    output_tokens: z.object({ mean: z.number().optional() }).nullish(),
    output_len: figure.optional(),
  }),
  failures: z.object({ count: z.number() }),
})
const settings = 'mock prompts, `use_server_output_tokens` where the server reports usage'

export const inferencePerf: Rival = {
  name: 'inference-perf',
  distribution: 'inference_perf',
  settings,
  report: 'report/summary_lifecycle_metrics.json',
  invoke: ({ url, model, connections, requests, tokenizer, folder }) => ({
    executable: 'inference-perf/bin/inference-perf',
    arguments: ['-c', join(folder, 'config.yml')],
    environment: { HF_HUB_OFFLINE: '1' },
    files: {
      'config.yml': stringify({
        load: {
          type: 'concurrent',
          stages: [{ concurrency_level: connections, num_requests: requests }],
          num_workers: 1,
          worker_max_concurrency: connections,
        },
        api: { type: 'chat', streaming: true },
        server: { type: 'vllm', model_name: model, base_url: url, ignore_eos: true },
        tokenizer: { pretrained_model_name_or_path: tokenizer },
        data: { type: 'mock' },
        report: {
          request_lifecycle: {
            summary: true,
            per_stage: false,
            use_server_output_tokens: model !== 'no-usage',
          },
        },
        storage: { local_storage: { path: join(folder, 'report') } },
      }),
    },
  }),
  decode(text) {
    const { successes, failures } = document.parse(parsePythonJson(text))
    const inMs = (value: { median: number } | null | undefined): number => (value?.median ?? 0) * 1000
    return withoutGaps({
      succeeded: successes.count,
      failed: failures.count,
      ttft: inMs(successes.latency?.time_to_first_token),
      tpot: inMs(successes.latency?.time_per_output_token),
      itl: inMs(successes.latency?.inter_token_latency),
      e2e: inMs(successes.latency?.request_latency),
      tokens: successes.output_tokens?.mean ?? successes.output_len?.mean,
    })
  },
}
