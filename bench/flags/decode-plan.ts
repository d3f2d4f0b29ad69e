import type { RampStrategy } from '../arrivals/rate-ramp.ts'
import type { Arrival } from '../arrivals/schedule.ts'
import { decodeEndpoint } from '../endpoints/decode-endpoint.ts'
import { decodePromptSource } from '../prompts/decode-prompt-source.ts'
import { createLoadPlan, type LoadPlan } from '../sweep/load-plan.ts'
import type { BenchFlags } from './bench-flags.ts'
import { decodeMilliseconds } from './decode-milliseconds.ts'
import { decodeGoodput } from './decode-options.ts'

/** Which loads the flags ask for: a list, a trace, or a search. Reads a trace's file. */
export const decodePlan = (flags: BenchFlags): Promise<LoadPlan> => {
  const { concurrency, requests, arrival, burstiness, turns, trace } = flags
  const plan = {
    concurrency,
    requestRate: flags['request-rate'],
    arrival: arrival as Arrival | undefined,
    burstiness,
    requests,
    durationMs: decodeMilliseconds('duration', flags.duration),
    rampUpMs: decodeMilliseconds('ramp-up', flags['ramp-up']),
    strategy: flags['ramp-up-strategy'] as RampStrategy | undefined,
    startRps: flags['ramp-up-start-rps'],
    endRps: flags['ramp-up-end-rps'],
    turns,
    thinkTime: flags['think-time'],
    endpoint: decodeEndpoint(flags.endpoint),
    prompts: decodePromptSource(flags),
    trace,
    traceSpeed: flags['trace-speed'],
  }
  const search = {
    max: flags['sweep-max'],
    share: flags['goodput-share'],
    budgetMs: decodeMilliseconds('sweep-time', flags['sweep-time']),
  }
  return createLoadPlan(plan, flags.sweep ? decodeGoodput(flags) : undefined, search)
}
