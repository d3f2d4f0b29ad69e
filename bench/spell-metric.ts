/** Figures of a whole run under the names of vLLM, AIPerf and k6. */
const figures = new Map(
  Object.entries({
    request_throughput: 'requests_per_second',
    output_throughput: 'output_tokens_per_second',
    output_token_throughput: 'output_tokens_per_second',
    total_token_throughput: 'total_tokens_per_second',
    request_goodput: 'goodput_requests_per_second',
    http_req_failed: 'error_rate',
    http_reqs: 'requests_per_second',
  }),
)

/** AIPerf calls a request's mean time per token its inter token latency; here that is TPOT. */
const latencies = new Map(
  Object.entries({
    time_to_first_token: 'ttft',
    inter_token_latency: 'tpot',
    request_latency: 'e2e',
    http_req_duration: 'e2e',
    e2el: 'e2e',
  }),
)

const statistics = new Map([['avg', 'mean'], ['med', 'p50'], ['median', 'p50']]) // prettier-ignore

/** vLLM's ITL is the time between chunks, whatever they hold. */
const vllmLatencies = new Map([['ttft', 'ttft'], ['tpot', 'tpot'], ['itl', 'chunk_gap'], ['e2el', 'e2e']]) // prettier-ignore

/** Our name of a metric that another tool's user has written: `ttft.p99`, `p99_ttft_ms`, `http_req_duration.p(95)`. */
export const spellMetric = (text: string): string => {
  const plain = text
    .toLowerCase()
    .replaceAll(/p\((\d+)\)/g, 'p$1')
    .replaceAll('.', '_')
  const [, front, metric] = /^(mean|median|p\d+)_(ttft|tpot|itl|e2el)_ms$/.exec(plain) ?? []
  if (front !== undefined) return `${vllmLatencies.get(metric!)}_${statistics.get(front) ?? front}`
  const figure = figures.get(plain)
  if (figure !== undefined) return figure
  const [, name, statistic] = /^(.+)_([a-z]+\d*)$/.exec(plain) ?? []
  if (name === undefined) return plain
  return `${latencies.get(name) ?? name}_${statistics.get(statistic!) ?? statistic}`
}
