import * as Args from '@oclif/core/args'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { formatFlags } from '../../bench/flags/output-flags.ts'
import { reportFlags } from '../../bench/flags/report-flags.ts'

export default class BenchReport extends BaseCommand<typeof BenchReport> {
  static override summary = 'show a saved result again, or write it in another form'
  static override description = `Reads a file that bench --json wrote, of one run or of a sweep, and prints the report; with --html, --csv, --markdown or --junit it writes those instead.

Exit codes: 0 written; 2 wrong file or flag. What the run itself would have exited with does not count here.`
  static override examples = [
    '<%= config.bin %> bench report result.json',
    '<%= config.bin %> bench report result.json --html result.html --csv requests.csv',
    '<%= config.bin %> bench report result.json --format vllm',
    '<%= config.bin %> bench report result.json --markdown - | gh pr comment --body-file -',
  ]
  static override args = {
    result: Args.string({ required: true, description: 'a file that bench --json wrote' }),
  }
  static override flags = { ...reportFlags, ...formatFlags }

  async run(): Promise<object> {
    const [{ readRuns }, { assertReportPaths, writeReports }, { renderSaved }] = await Promise.all([
      import('../../bench/compare/read-run.ts'),
      import('../../bench/report/write-reports.ts'),
      import('../../bench/report/render-saved.ts'),
    ])
    const { html, csv, markdown, junit } = this.flags
    const paths = { html, csv, markdown, junit }
    await assertReportPaths(paths)
    const results = await readRuns(this.args.result)
    const { GITHUB_STEP_SUMMARY: summaryFile } = process.env
    await writeReports(paths, results, { output: process.stdout, summaryFile })
    const written = Object.entries(paths).filter(([, path]) => path !== undefined)
    const { format, explain } = this.flags
    const columns = Math.min(process.stdout.columns || 100, 120)
    if (written.length === 0) this.log(renderSaved(results, { format, explain, columns }))
    return { runs: results.length, written: Object.fromEntries(written) }
  }
}
