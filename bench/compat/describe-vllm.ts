import type { BenchResult } from '../result.ts'
import type { VllmResult } from './vllm-result.ts'
import { maxConcurrency } from '../load/decode-loads.ts'
import { listServed, peakConcurrency, peakTokens, seriesNames, spreadSeries, type SeriesName } from './vllm-series.ts' // prettier-ignore

/** What a command line says of the document and of the block, in vLLM's words. */
export type VllmChoice = {
  backend: string
  label: string | null
  /** As `--model` has it; the name on the wire may be another. */
  modelId?: string
  metrics: SeriesName[]
  percentiles: number[]
}

/** vLLM's own defaults. */
export const defaultVllmChoice: VllmChoice = {
  backend: 'openai',
  label: null,
  metrics: ['ttft', 'tpot', 'itl'],
  percentiles: [99],
}

export const describeVllm = (result: BenchResult, choice = choiceOf(result)): VllmResult => {
  const { requests, tokens, duration_s: duration, goodput, configuration, target } = result
  const served = listServed(result.samples)
  const perSecond = (count: number): number => (duration > 0 ? count / duration : 0)
  const { arrivals } = configuration
  return {
    date: stampOf(new Date(Date.parse(result.started_at) + duration * 1000)),
    endpoint_type: choice.backend,
    backend: choice.backend,
    label: choice.label,
    model_id: choice.modelId ?? target.model,
    tokenizer_id: null,
    num_prompts: configuration.requests ?? requests.sent,
    request_rate: arrivals?.rate ?? 'inf',
    burstiness: arrivals?.burstiness ?? 1,
    // An open loop without a wish has a bound all the same; vLLM has none.
    max_concurrency: arrivals !== null && configuration.concurrency >= maxConcurrency ? null : configuration.concurrency, // prettier-ignore
    duration,
    completed: requests.succeeded,
    failed: requests.failed,
    total_input_tokens: tokens.prompt ?? 0,
    total_output_tokens: tokens.output,
    request_throughput: perSecond(requests.succeeded),
    request_goodput: goodput?.requests_per_second ?? null,
    output_throughput: perSecond(tokens.output),
    total_token_throughput: perSecond(tokens.output + (tokens.prompt ?? 0)),
    max_output_tokens_per_s: peakTokens(served),
    max_concurrent_requests: peakConcurrency(served),
    ...describeSeries(result, served, choice),
  }
}

const choiceOf = ({ target }: BenchResult): VllmChoice => ({ ...defaultVllmChoice, backend: target.endpoint })

const describeSeries = (
  result: BenchResult,
  served: ReturnType<typeof listServed>,
  { metrics, percentiles }: VllmChoice,
): Record<`${string}_ms`, number> => {
  const spreads = spreadSeries(result, served)
  return Object.fromEntries(
    seriesNames
      .filter((name) => metrics.includes(name))
      .flatMap((name) => {
        const spread = spreads[name]
        if (spread === undefined) return []
        return [
          [`mean_${name}_ms`, spread.mean],
          [`median_${name}_ms`, spread.median],
          [`std_${name}_ms`, spread.std],
          ...percentiles.map((wanted) => [`p${wanted}_${name}_ms`, spread.percentile(wanted)]),
        ]
      }),
  ) as Record<`${string}_ms`, number>
}

/** Local time as vLLM writes it: 20260131-235959. */
const stampOf = (date: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`
}
