import type { RampStrategy } from '../arrivals/rate-ramp.ts'
import type { Arrival } from '../arrivals/schedule.ts'
import { decodePromptSource } from '../prompts/decode-prompt-source.ts'
import type { LoadPlan } from '../sweep/load-plan.ts'
import { createLoadPlan } from '../sweep/create-load-plan.ts'
import { AppError } from '../../src/errors.ts'
import { maxConcurrency } from '../load/decode-loads.ts'
import type { BenchFlags } from './bench-flags.ts'
import { decodeMilliseconds } from './decode-milliseconds.ts'
import { decodeGoodput } from './decode-options.ts'
import { decodeApi } from './decode-target.ts'

/** Which loads the flags ask for: a list, a trace, or a search. Reads a trace's file. */
export const decodePlan = (flags: BenchFlags): Promise<LoadPlan> => {
  const { requests, arrival, turns, trace } = flags
  const plan = {
    ...decodeRate(flags),
    arrival: arrival as Arrival | undefined,
    requests,
    durationMs: decodeMilliseconds('duration', flags.duration),
    rampUpMs: decodeMilliseconds('ramp-up', flags['ramp-up']),
    strategy: flags['ramp-up-strategy'] as RampStrategy | undefined,
    startRps: flags['ramp-up-start-rps'],
    endRps: flags['ramp-up-end-rps'],
    turns,
    thinkTime: flags['think-time'],
    endpoint: decodeApi(flags),
    prompts: decodePromptSource(flags),
    trace,
    traceSpeed: flags['trace-speed'],
  }
  const search = {
    max: flags['sweep-max'],
    share: flags['goodput-share'],
    budgetMs: decodeMilliseconds('sweep-time', flags['sweep-time']),
  }
  return createLoadPlan(plan, flags.sweep ? decodeGoodput(flags) : undefined, search, flags.repeat)
}

/** vLLM's `--request-rate inf`: all at once, or as many as `--max-concurrency` lets. That is a closed loop. */
export const decodeRate = (
  flags: Pick<BenchFlags, 'request-rate' | 'concurrency' | 'burstiness' | 'requests'>,
): { requestRate: string | undefined; concurrency: string | undefined; burstiness: string | undefined } => {
  const { 'request-rate': requestRate, concurrency, burstiness, requests } = flags
  if (!/^\s*inf(inity)?\s*$/i.test(requestRate ?? '')) return { requestRate, concurrency, burstiness }
  if (concurrency === undefined && requests === undefined) {
    throw new AppError(
      'invalid_request',
      '--request-rate inf sends everything at once; say how much with --requests, or how many at a time with --concurrency',
      { param: 'request-rate' },
    )
  }
  return {
    requestRate: undefined,
    concurrency: concurrency ?? String(Math.min(requests!, maxConcurrency)),
    // vLLM's default, which many scripts spell out; any other would be about a schedule.
    burstiness: Number(burstiness) === 1 ? undefined : burstiness,
  }
}
