import type { BenchResult, LoadGenerator } from '../result.ts'

export const describeLoadGenerator = (result: BenchResult, file: string): LoadGenerator => ({
  file,
  sluice_version: result.sluice_version,
  argv: result.argv,
  started_at: result.started_at,
  duration_s: result.duration_s,
  environment: result.environment,
  requests: result.requests,
  self_check: result.self_check,
  floor: result.floor,
  verdict: result.verdict,
  seed: result.configuration.prompts.seed,
  nonce: result.configuration.prompts.nonce,
})
