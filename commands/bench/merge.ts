import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { reportFlags } from '../../bench/flags/report-flags.ts'

export default class BenchMerge extends BaseCommand<typeof BenchMerge> {
  static override summary = 'make one result of what several load generators measured together'
  static override description = `Reads files that bench --json wrote on several machines (or in several processes) at the same time, against one server. Requests and histograms are pooled and percentiles read from the pool; they are never averaged. Rates count over the time from the first start to the last end.

Refused: runs of different models, settings or versions; the same run twice; and runs that were not at the same time for at least 80 % of the shortest, by their machines' clocks.

Exit codes: 0 merged; 2 wrong file or flag, or runs that are not parts of one.`
  static override examples = [
    '<%= config.bin %> bench merge host-a.json host-b.json -o both.json',
    '<%= config.bin %> bench merge host-*.json -o all.json --html all.html',
  ]
  static override strict = false
  static override args = {
    results: Args.string({ required: true, description: 'two or more files that bench --json wrote' }),
  }
  static override flags = {
    output: Flags.string({ char: 'o', helpValue: 'FILE|-', description: 'write the merged result as JSON; with - to stdout, and the report to stderr' }),
    ...reportFlags,
  } // prettier-ignore

  async run(): Promise<object> {
    const [{ readRun }, { mergeRuns }, { assertReportPaths, writeReports }, { renderRuns }] =
      await Promise.all([
        import('../../bench/compare/read-run.ts'),
        import('../../bench/merge/merge-runs.ts'),
        import('../../bench/report/write-reports.ts'),
        import('../../bench/report/render-runs.ts'),
      ])
    const { output, html, csv, markdown, junit } = this.flags
    const paths = { json: output, html, csv, markdown, junit }
    await assertReportPaths(paths)
    const files = (await this.parse(BenchMerge)).argv as string[]
    const runs = await Promise.all(files.map((file) => readRun(file)))
    const merged = mergeRuns(runs, files, ['merge', ...files])
    const screen = Object.values(paths).includes('-') ? process.stderr : process.stdout
    if (!this.jsonEnabled()) screen.write(`${renderRuns([merged], Math.min(screen.columns || 100, 120))}\n`)
    const { GITHUB_STEP_SUMMARY: summaryFile } = process.env
    await writeReports(paths, [merged], { output: process.stdout, summaryFile })
    const { samples: _samples, histograms: _histograms, ...figures } = merged
    return figures
  }
}
