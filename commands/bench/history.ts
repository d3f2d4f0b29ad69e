import * as Args from '@oclif/core/args'
import { columnsOf } from '../../bench/report/columns-of.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'

export default class BenchHistory extends BaseCommand<typeof BenchHistory> {
  static override summary = 'show saved results over time, with the change from each to the next'
  static override description = `Reads all files in a folder that bench --json wrote, and prints a table for each kind of run: same model, endpoint, load, settings and processor. A change is that to the line before; whether it is one, bench compare tells.

Exit codes: 0 shown; 2 the folder cannot be read, or holds no result.`
  static override examples = [
    '<%= config.bin %> bench history results/',
    "<%= config.bin %> bench history results/ --json | jq '.series[].entries[-1].changes'",
  ]
  static override args = {
    folder: Args.string({ default: '.', description: 'where the results are' }),
  }

  async run(): Promise<object> {
    const [{ readHistory }, { traceHistory }, { renderHistory }, { AppError }] = await Promise.all([
      import('../../bench/history/read-history.ts'),
      import('../../bench/history/trace-history.ts'),
      import('../../bench/history/render-history.ts'),
      import('../../src/errors.ts'),
    ])
    const { runs, skipped } = await readHistory(this.args.folder)
    if (runs.length === 0) {
      throw new AppError(
        'invalid_request',
        `${this.args.folder} holds no result of sluice bench --json (${skipped.length} other JSON files)`,
      )
    }
    const series = traceHistory(runs)
    this.log(renderHistory(series, columnsOf(process.stdout)))
    if (skipped.length > 0) {
      const names = skipped.slice(0, 5).map(({ file, reason }) => `${file} ${reason}`)
      this.warn(
        `${skipped.length} files were skipped: ${names.join('; ')}${skipped.length > 5 ? '; and others' : ''}`,
      )
    }
    return { series, skipped }
  }
}
