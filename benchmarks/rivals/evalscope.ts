import { z } from 'zod'
import { parsePythonJson } from './python-json.ts'
import { withoutGaps, type Rival } from './rival.ts'

const summary = z.object({
  'Success Requests': z.number(),
  'Failed Requests': z.number(),
  'Avg Output Tokens': z.number(),
})
const percentile = z.object({
  Percentiles: z.string(),
  'Latency (s)': z.number().nullable(),
  'TTFT (ms)': z.number().nullable(),
  'ITL (ms)': z.number().nullable(),
  'TPOT (ms)': z.number().nullable(),
})
const document = z.object({ summary, percentiles: z.array(percentile) })
const point = 'perf.json'

/** Counts are in one file and percentiles in another: `readTogether` makes one of both. */
export const evalscope: Rival = {
  name: 'EvalScope perf',
  distribution: 'evalscope',
  settings: '`--prompt`, no test of the connection',
  report: point,
  invoke: ({ url, model, connections, requests, outputTokens, tokenizer, tools, folder }) => ({
    executable: '/bin/sh',
    arguments: [
      '-c',
      readTogether,
      `${tools}/evalscope/bin/evalscope`,
      'perf',
      '--url',
      `${url}/v1/chat/completions`,
      '--api',
      'openai',
      '--model',
      model,
      '--tokenizer-path',
      tokenizer,
      '--dataset',
      'openqa',
      '--prompt',
      'Hello w1 w2',
      '-n',
      String(requests),
      '--parallel',
      String(connections),
      '--max-tokens',
      String(outputTokens),
      '--stream',
      '--no-test-connection',
      '--outputs-dir',
      folder,
      '--no-timestamp',
    ],
    environment: { HF_HUB_OFFLINE: '1', FOLDER: folder },
  }),
  decode(text) {
    const { summary: counts, percentiles } = document.parse(parsePythonJson(text))
    const median = percentiles.find(({ Percentiles }) => Percentiles === '50%')
    return withoutGaps({
      succeeded: counts['Success Requests'],
      failed: counts['Failed Requests'],
      ttft: median?.['TTFT (ms)'],
      tpot: median?.['TPOT (ms)'],
      itl: median?.['ITL (ms)'],
      e2e: (median?.['Latency (s)'] ?? 0) * 1000,
      tokens: counts['Avg Output Tokens'],
    })
  },
}

/** Where no request succeeded it writes no percentiles. */
const readTogether = `"$0" "$@" || exit
cd "$FOLDER"/*/parallel_* || exit
percentiles=$(cat benchmark_percentile.json 2>/dev/null || echo '[]')
printf '{"summary":%s,"percentiles":%s}' "$(cat benchmark_summary.json)" "$percentiles" > "$FOLDER/${point}"
`
