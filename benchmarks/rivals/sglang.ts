import { join } from 'node:path'
import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const document = z.object({
  completed: z.number(),
  output_lens: z.array(z.number()),
  total_output_tokens: z.number(),
  median_ttft_ms: z.number(),
  median_tpot_ms: z.number(),
  median_itl_ms: z.number(),
  median_e2e_latency_ms: z.number(),
})

/** `sglang.benchmark.serving`, which was `bench_serving`, without the engine. */
export const sglang: Rival = {
  name: 'SGLang bench_serving',
  distribution: 'sglang',
  settings: '`--backend vllm-chat`, no warm-up',
  report: 'sglang.jsonl',
  invoke: ({ url, model, connections, requests, outputTokens, tokenizer, tools, folder }) => ({
    executable: 'sglang/bin/python',
    arguments: [
      '-m',
      'sglang.benchmark.serving',
      '--backend',
      'vllm-chat',
      '--base-url',
      url,
      '--model',
      tokenizer,
      '--served-model-name',
      model,
      '--tokenizer',
      tokenizer,
      '--dataset-name',
      'random-ids',
      '--random-input-len',
      '16',
      '--random-range-ratio',
      '1',
      '--random-output-len',
      String(outputTokens),
      '--num-prompts',
      String(requests),
      '--max-concurrency',
      String(connections),
      '--warmup-requests',
      '0',
      '--disable-tqdm',
      '--output-file',
      join(folder, 'sglang.jsonl'),
      '--output-details',
    ],
    environment: { PYTHONPATH: join(tools, 'sglang-lib'), HF_HUB_OFFLINE: '1' },
  }),
  decode(text) {
    const run = document.parse(parsePythonJson(text.split('\n')[0] ?? ''))
    return withoutGaps({
      succeeded: run.completed,
      // Failed ones have no count of their own; the details hold one entry for each request.
      failed: run.output_lens.length - run.completed,
      ttft: run.median_ttft_ms,
      tpot: run.median_tpot_ms,
      itl: run.median_itl_ms,
      e2e: run.median_e2e_latency_ms,
      tokens: run.total_output_tokens / run.completed,
    })
  },
}
