/** Keys and units of `vllm bench serve --save-result`. */
export type VllmResult = {
  date: string
  endpoint_type: string
  backend: string
  label: string | null
  model_id: string
  tokenizer_id: null
  num_prompts: number
  request_rate: number | 'inf'
  burstiness: number
  max_concurrency: number | null
  duration: number
  completed: number
  failed: number
  total_input_tokens: number
  total_output_tokens: number
  request_throughput: number
  request_goodput: number | null
  output_throughput: number
  total_token_throughput: number
  max_output_tokens_per_s: number
  max_concurrent_requests: number
  /** `mean_ttft_ms`, `p99_tpot_ms` and so on, of the metrics that were chosen. */
  [statistic: `${string}_ms`]: number
}
