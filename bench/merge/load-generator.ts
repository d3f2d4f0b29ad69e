import type { BenchResult } from '../result.ts'

/** One of the programs whose results were merged: enough to tell which of them was the odd one. */
export type LoadGenerator = { file: string; seed: number; nonce: string | null } & Pick<
  BenchResult,
  | 'sluice_version'
  | 'argv'
  | 'started_at'
  | 'duration_s'
  | 'environment'
  | 'requests'
  | 'self_check'
  | 'floor'
  | 'verdict'
>

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
