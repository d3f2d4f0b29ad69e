import { completeLlamaServer } from './complete-llama-server.ts'
import type { Exposition } from './parse-exposition.ts'

/** Where a server keeps each figure; of several names the first that it has. Times are seconds. */
export type Dialect = {
  server: 'vllm' | 'sglang' | 'tgi' | 'llama-server' | 'sluice'
  /** Every metric of this server begins so. */
  prefix: string
  /** Histograms with one entry for each request. */
  perRequest: Partial<Record<RequestTime, string[]>>
  /** What only grows. */
  counters: Partial<Record<CounterName, string[]>>
  /** What goes up and down; those of several engines are added, the use of a cache is not. */
  gauges: Partial<Record<GaugeName, string[]>>
  /** Works out what the server tells in another form. */
  complete?: (exposition: Exposition) => Exposition
  /** It writes numbers with so many significant digits. */
  digits?: number
}

export const requestTimes = ['queue', 'prefill', 'decode', 'inference', 'ttft', 'e2e'] as const
export type RequestTime = (typeof requestTimes)[number]

export const counterNames = [
  'prompt_tokens', 'output_tokens', 'cache_queries', 'cache_hits', 'preemptions', 'drafted', 'accepted',
  'prefill_seconds', 'decode_seconds', 'decode_steps',
] as const // prettier-ignore
export type CounterName = (typeof counterNames)[number]

export const gaugeNames = ['running', 'waiting', 'kv_usage'] as const
export type GaugeName = (typeof gaugeNames)[number]

/** Names as the servers' sources and documentation have them; a counter's `_total` is added where it is missing. */
export const dialects: Dialect[] = [
  {
    server: 'vllm',
    prefix: 'vllm:',
    perRequest: {
      queue: ['vllm:request_queue_time_seconds'],
      prefill: ['vllm:request_prefill_time_seconds'],
      decode: ['vllm:request_decode_time_seconds'],
      inference: ['vllm:request_inference_time_seconds'],
      ttft: ['vllm:time_to_first_token_seconds'],
      e2e: ['vllm:e2e_request_latency_seconds'],
    },
    counters: {
      prompt_tokens: ['vllm:prompt_tokens'],
      output_tokens: ['vllm:generation_tokens'],
      // Before 0.10 with `gpu_`.
      cache_queries: ['vllm:prefix_cache_queries', 'vllm:gpu_prefix_cache_queries'],
      cache_hits: ['vllm:prefix_cache_hits', 'vllm:gpu_prefix_cache_hits'],
      preemptions: ['vllm:num_preemptions'],
      drafted: ['vllm:spec_decode_num_draft_tokens'],
      accepted: ['vllm:spec_decode_num_accepted_tokens'],
    },
    gauges: {
      running: ['vllm:num_requests_running'],
      waiting: ['vllm:num_requests_waiting'],
      kv_usage: ['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'],
    },
  },
  {
    server: 'sglang',
    prefix: 'sglang:',
    perRequest: {
      queue: ['sglang:queue_time_seconds'],
      ttft: ['sglang:time_to_first_token_seconds'],
      e2e: ['sglang:e2e_request_latency_seconds'],
    },
    counters: {
      prompt_tokens: ['sglang:prompt_tokens'],
      output_tokens: ['sglang:generation_tokens'],
      cache_queries: ['sglang:prompt_tokens'],
      cache_hits: ['sglang:cached_tokens'],
      preemptions: ['sglang:num_retracted_requests'],
    },
    gauges: {
      running: ['sglang:num_running_reqs'],
      waiting: ['sglang:num_queue_reqs'],
      kv_usage: ['sglang:token_usage'],
    },
  },
  {
    server: 'tgi',
    prefix: 'tgi_',
    perRequest: {
      queue: ['tgi_request_queue_duration'],
      inference: ['tgi_request_inference_duration'],
      e2e: ['tgi_request_duration'],
    },
    counters: {
      prompt_tokens: ['tgi_request_input_length_sum'],
      output_tokens: ['tgi_request_generated_tokens_sum'],
    },
    gauges: { running: ['tgi_batch_current_size'], waiting: ['tgi_queue_size'] },
  },
  {
    server: 'llama-server',
    prefix: 'llamacpp:',
    perRequest: {},
    counters: {
      // Of those that no cache had.
      prompt_tokens: ['llamacpp:prompt_tokens'],
      output_tokens: ['llamacpp:tokens_predicted'],
      cache_queries: ['llamacpp:prompt_tokens_asked'],
      cache_hits: ['llamacpp:prompt_tokens_cached'],
      drafted: ['llamacpp:spec_decode_num_draft_tokens'],
      accepted: ['llamacpp:spec_decode_num_accepted_tokens'],
      prefill_seconds: ['llamacpp:prompt_seconds'],
      decode_seconds: ['llamacpp:tokens_predicted_seconds'],
    },
    gauges: {
      running: ['llamacpp:requests_processing'],
      waiting: ['llamacpp:requests_deferred'],
      // Gone since 2025.
      kv_usage: ['llamacpp:kv_cache_usage_ratio'],
    },
    complete: completeLlamaServer,
    // A C++ stream's default.
    digits: 6,
  },
  {
    // What `readSluice` makes of the daemon's `/api/engines`.
    server: 'sluice',
    prefix: 'sluice:',
    perRequest: {},
    counters: {
      prompt_tokens: ['sluice:prompt_tokens'],
      output_tokens: ['sluice:decode_tokens'],
      cache_queries: ['sluice:prompt_tokens'],
      cache_hits: ['sluice:cached_tokens'],
      decode_steps: ['sluice:decode_steps'],
    },
    gauges: { running: ['sluice:busy_slots'], waiting: ['sluice:waiting'] },
  },
]
