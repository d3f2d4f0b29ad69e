import { aiperf } from './aiperf.ts'
import { evalscope } from './evalscope.ts'
import { genaiBench } from './genai-bench.ts'
import { guidellm } from './guidellm.ts'
import { inferencePerf } from './inference-perf.ts'
import type { Rival } from './rival.ts'
import { sglang } from './sglang.ts'
import { sluice } from './sluice.ts'
import { vllm } from './vllm.ts'

/** By the name that `--only` takes, in the order of the table's columns. */
export const rivals: Record<string, Rival> = {
  sluice,
  vllm,
  sglang,
  guidellm,
  aiperf,
  'inference-perf': inferencePerf,
  evalscope,
  'genai-bench': genaiBench,
}
