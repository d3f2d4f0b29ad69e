import * as Flags from '@oclif/core/flags'
import { rampStrategies } from '../arrivals/rate-ramp.ts'

const load = { helpGroup: 'LOAD' }

/** How the load of `bench` begins and ends. */
export const rampFlags = {
  'ramp-up': Flags.string({ ...load, aliases: ['request-rate-ramp-duration', 'concurrency-ramp-duration'], helpValue: '10s', description: 'time in which the request rate grows from 0, or connections begin one after the other' }),
  'ramp-up-strategy': Flags.string({ ...load, options: rampStrategies, description: 'open loop without --request-rate: from --ramp-up-start-rps to --ramp-up-end-rps over all requests, by equal steps or equal factors (as vLLM)' }),
  'ramp-up-start-rps': Flags.string({ ...load, helpValue: 'N', description: 'requests per second at the beginning of --ramp-up-strategy' }),
  'ramp-up-end-rps': Flags.string({ ...load, helpValue: 'N', description: 'requests per second at the end of --ramp-up-strategy' }),
  'cool-down': Flags.boolean({ ...load, default: false, description: 'keep sending uncounted requests until the last measured one has ended, so that all of them end under load' }),
} // prettier-ignore
