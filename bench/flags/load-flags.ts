import * as Flags from '@oclif/core/flags'
import { arrivalNames } from '../arrivals/schedule.ts'
import { rampFlags } from './ramp-flags.ts'

/** How much is sent, and when, of `bench`. */
export const loadFlags = {
  concurrency: Flags.string({ char: 'c', aliases: ['max-concurrency', 'num-concurrent-requests', 'vus'], helpGroup: 'LOAD', helpValue: 'N[,N]', description: 'requests in flight at any time, default 4; beside --request-rate the most in flight (with --turns, sessions)' }),
  'request-rate': Flags.string({ char: 'R', aliases: ['rate'], helpGroup: 'LOAD', helpValue: 'N[,N]', description: 'requests per second on a schedule, whether or not answers have come (open loop); with --turns, new sessions per second' }),
  arrival: Flags.string({ aliases: ['arrival-pattern', 'request-rate-mode'], options: arrivalNames, helpGroup: 'LOAD', description: 'gaps of the schedule; default poisson, or gamma with --burstiness' }),
  burstiness: Flags.string({ aliases: ['arrival-smoothness', 'vllm-burstiness'], helpGroup: 'LOAD', helpValue: 'N', description: 'shape of gamma arrivals: below 1 comes in bursts, above 1 is more even' }),
  ...rampFlags,
  requests: Flags.integer({ char: 'n', aliases: ['num-prompts', 'num-requests', 'request-count', 'max-requests', 'iterations'], helpGroup: 'LOAD', helpValue: 'N', min: 1, description: 'requests to send; default 10 per connection, or 10 s of a request rate; no limit with --duration' }),
  duration: Flags.string({ aliases: ['benchmark-duration', 'max-seconds'], helpGroup: 'LOAD', helpValue: '30s', description: 'time to send for; requests in flight then are waited for' }),
  'warm-up': Flags.integer({ aliases: ['num-warmups', 'warmup-requests', 'warmup-request-count'], helpGroup: 'LOAD', min: 0, max: 100_000, helpValue: 'N', description: 'uncounted requests before; default one per connection, of at most 32 tokens' }),
  repeat: Flags.integer({ aliases: ['num-runs', 'num-profile-runs'], min: 1, max: 100, helpGroup: 'LOAD', helpValue: 'N', description: 'measure each load N times, all loads in turn; the report has the median run and how far runs lie apart, and --fail-if goes by the median' }),
  threads: Flags.string({ helpGroup: 'LOAD', helpValue: 'N|auto', default: 'auto', description: 'threads that carry the load; auto adds to one when the floor shows that it is not enough' }),
  floor: Flags.boolean({ allowNo: true, default: true, helpGroup: 'LOAD', description: 'first measure what the load generator itself adds, against a server that does nothing (under 1 s)' }),
  timeout: Flags.string({ aliases: ['request-timeout-seconds'], helpGroup: 'LOAD', helpValue: '300s', default: '300s', description: 'limit for one request' }),
} // prettier-ignore
