import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const figure = z.object({ mean: z.number().nullable(), p50: z.number().nullable() })
const document = z.object({
  aggregated_metrics: z.object({
    num_error_requests: z.number(),
    num_completed_requests: z.number(),
    stats: z.object({ ttft: figure, tpot: figure, e2e_latency: figure, num_output_tokens: figure }),
  }),
})

export const genaiBench: Rival = {
  name: 'genai-bench',
  distribution: 'genai_bench',
  settings: '`--api-backend sglang`',
  report: 'run/D16.json',
  invoke: ({ url, model, connections, requests, outputTokens, tokenizer, tools, folder }) => ({
    executable: '/bin/sh',
    arguments: [
      // The report's name holds the run's length.
      '-c',
      '"$0" "$@" || exit; mv "$FOLDER"/run/D*_num_concurrency_*.json "$FOLDER"/run/D16.json',
      `${tools}/genai-bench/bin/genai-bench`,
      'benchmark',
      '--api-backend',
      'sglang',
      '--api-base',
      url,
      '--api-key',
      'none',
      '--task',
      'text-to-text',
      '--api-model-name',
      model,
      '--model',
      model,
      '--model-tokenizer',
      tokenizer,
      '--num-concurrency',
      String(connections),
      '--traffic-scenario',
      `D(16,${outputTokens})`,
      '--max-requests-per-run',
      String(requests),
      '--max-time-per-run',
      '1',
      '--experiment-base-dir',
      folder,
      '--experiment-folder-name',
      'run',
      '--metrics-time-unit',
      'ms',
    ],
    environment: { HF_HUB_OFFLINE: '1', FOLDER: folder },
  }),
  decode(text) {
    const { aggregated_metrics: run } = document.parse(parsePythonJson(text))
    return withoutGaps({
      succeeded: run.num_completed_requests,
      failed: run.num_error_requests,
      ttft: run.stats.ttft.p50,
      tpot: run.stats.tpot.p50,
      itl: undefined,
      e2e: run.stats.e2e_latency.p50,
      tokens: run.stats.num_output_tokens.mean,
    })
  },
}
