import * as Flags from '@oclif/core/flags'

/** The search for the highest load, of `bench`. */
export const sweepFlags = {
  sweep: Flags.boolean({ default: false, helpGroup: 'SWEEP', description: 'look for the highest load that meets --goodput, or without it for the knee of throughput; starts at --concurrency (1) or --request-rate' }),
  'goodput-share': Flags.string({ helpGroup: 'SWEEP', helpValue: 'SHARE', description: 'the least share of requests that must keep --goodput; default 95%' }),
  'sweep-max': Flags.string({ helpGroup: 'SWEEP', helpValue: 'N', description: 'the highest load to try; default 256 in flight, or 1024 times the first rate' }),
  'sweep-time': Flags.string({ helpGroup: 'SWEEP', helpValue: '10m', description: 'time for the whole search; default 10m' }),
} // prettier-ignore
