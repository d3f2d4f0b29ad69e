import { join } from 'node:path'
import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const document = z.object({
  completed: z.number(),
  failed: z.number(),
  total_output_tokens: z.number(),
  median_ttft_ms: z.number().optional(),
  median_tpot_ms: z.number().optional(),
  median_itl_ms: z.number().optional(),
  median_e2el_ms: z.number().optional(),
})

/** The client of `vllm bench serve` without the engine: see vllm-serve.py. */
export const vllm: Rival = {
  name: 'vLLM bench serve',
  distribution: 'vllm',
  settings: '`--backend openai-chat`',
  report: 'vllm.json',
  invoke: ({ url, model, connections, requests, outputTokens, tokenizer, tools, folder }) => ({
    executable: 'vllm/bin/python',
    arguments: [
      join(import.meta.dirname, 'vllm-serve.py'),
      join(tools, 'vllm-lib'),
      '--backend',
      'openai-chat',
      '--base-url',
      url,
      '--endpoint',
      '/v1/chat/completions',
      '--model',
      model,
      '--tokenizer',
      tokenizer,
      '--dataset-name',
      'random',
      '--random-input-len',
      '16',
      '--random-output-len',
      String(outputTokens),
      '--num-prompts',
      String(requests),
      '--max-concurrency',
      String(connections),
      '--percentile-metrics',
      'ttft,tpot,itl,e2el',
      '--disable-tqdm',
      '--save-result',
      '--result-dir',
      folder,
      '--result-filename',
      'vllm.json',
    ],
    environment: { HF_HUB_OFFLINE: '1' },
  }),
  decode(text) {
    const run = document.parse(parsePythonJson(text))
    return withoutGaps({
      succeeded: run.completed,
      failed: run.failed,
      ttft: run.median_ttft_ms,
      tpot: run.median_tpot_ms,
      itl: run.median_itl_ms,
      e2e: run.median_e2el_ms,
      tokens: run.total_output_tokens / run.completed,
    })
  },
}
