import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { columnsOf } from '../../bench/report/columns-of.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { AppError } from '../../src/errors.ts'

export default class BenchCompare extends BaseCommand<typeof BenchCompare> {
  static override summary = 'tell whether a run is slower than an earlier one'
  static override description = `Takes two files that bench --json wrote, resamples their requests in blocks and compares medians and P95 of TTFT, TPOT and E2E and the share of requests that failed. Files of bench --repeat hold several runs; then each run is one observation, and how far runs lie apart counts too.

pass          certainly not slower by more than is allowed
fail          certainly slower, and by more than is allowed, or certainly more failures
inconclusive  too few requests to say; how many are missing is told

Exit codes: 0 pass; 2 wrong file or flag, or runs that cannot be compared; 8 fail; 10 inconclusive.`
  static override examples = [
    '<%= config.bin %> bench compare main.json branch.json',
    '<%= config.bin %> bench compare main.json branch.json --max-regression 10',
  ]
  static override args = {
    before: Args.string({ required: true, description: 'the earlier run' }),
    after: Args.string({ required: true, description: 'the run in question' }),
  }
  static override flags = {
    'max-regression': Flags.string({ default: '5', helpValue: 'PERCENT', description: 'how much slower is still accepted' }),
    force: Flags.boolean({ default: false, description: 'compare runs of different machines or settings all the same' }),
  } // prettier-ignore

  async run(): Promise<object> {
    const [
      { readRepeats, listDifferences },
      { compareRepeats },
      { renderComparison },
      { benchExitCodes },
      { parseRegression },
    ] = await Promise.all([
      import('../../bench/compare/read-run.ts'),
      import('../../bench/compare/compare-repeats.ts'),
      import('../../bench/compare/render-comparison.ts'),
      import('../../bench/exit-codes.ts'),
      import('../../bench/compare/judge-baseline.ts'),
    ])
    const allowed = parseRegression(this.flags['max-regression'])
    const [before, after] = [await readRepeats(this.args.before), await readRepeats(this.args.after)]
    const differences = listDifferences(before[0]!, after[0]!)
    if (differences.length > 0 && !this.flags.force) {
      throw new AppError(
        'invalid_request',
        `the runs differ in ${differences.join(', ')}; measure both alike, or compare them all the same with --force`,
      )
    }
    for (const [file, runs] of [
      [this.args.before, before],
      [this.args.after, after],
    ] as const) {
      if (runs.some(({ verdict }) => verdict.status === 'INVALID')) {
        this.warn(`${file} is INVALID: its latencies are partly the load generator's own`)
      }
    }
    const comparison = compareRepeats(before, after, allowed)
    this.log(renderComparison(comparison, allowed, columnsOf(process.stdout)))
    const codes = { pass: 0, fail: benchExitCodes.thresholdMissed, inconclusive: benchExitCodes.invalidRun }
    process.exitCode = codes[comparison.outcome]
    return comparison
  }
}
