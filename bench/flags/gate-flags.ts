import * as Flags from '@oclif/core/flags'

/** What makes `bench` exit with something other than 0. */
export const gateFlags = {
  goodput: Flags.string({ multiple: true, helpGroup: 'REPORT', helpValue: 'ttft:500 tpot:50', description: 'count the requests that keep these limits (ms); metrics ttft, tpot, e2e' }),
  steady: Flags.boolean({ default: false, helpGroup: 'REPORT', description: 'report the time in which the run kept its level, without its beginning and end; --fail-if too. The result file has both' }),
  baseline: Flags.string({ helpGroup: 'REPORT', helpValue: 'FILE', description: 'compare with an earlier --json result, with --sweep the highest load too; exit with 8 if certainly slower, with 10 if there are too few requests to say' }),
  'max-regression': Flags.string({ default: '5', helpGroup: 'REPORT', helpValue: 'PERCENT', description: 'how much slower than the baseline is still accepted' }),
  'force-baseline': Flags.boolean({ default: false, helpGroup: 'REPORT', description: 'compare although machine or settings differ' }),
  strict: Flags.boolean({ default: false, helpGroup: 'REPORT', description: 'exit with 10 if the run is DEGRADED too, not only if it is INVALID' }),
  'fail-if': Flags.string({ multiple: true, multipleNonGreedy: true, helpGroup: 'REPORT', helpValue: "'METRIC>N'", description: "exit with 8 if true, e.g. 'ttft_p99>500' (ms), 'error_rate>1%' (repeatable)" }),
} // prettier-ignore
