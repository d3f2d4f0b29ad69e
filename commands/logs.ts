import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { followFile, lastLines } from '../src/cli/log-lines.ts'
import { formatLogLine } from '../src/cli/format-log-line.ts'

export default class Logs extends BaseCommand<typeof Logs> {
  static override summary = "print the daemon's log"
  static override description =
    'Works without a daemon: the log of the last one stays. With --json the lines are printed as they are.'
  static override examples = [
    '<%= config.bin %> logs',
    '<%= config.bin %> logs -f',
    '<%= config.bin %> logs -n 1000 --json',
  ]
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'go on with what is written next, until Ctrl-C' }),
    lines: Flags.integer({
      char: 'n',
      min: 0,
      max: 1_000_000,
      default: 200,
      description: 'how many of the last lines',
    }),
  }

  async run(): Promise<void> {
    const raw = this.jsonEnabled()
    const print = (line: string) => void process.stdout.write(`${raw ? line : formatLogLine(line)}\n`)
    const { lines, position } = await lastLines(this.paths.log, this.flags.lines)
    for (const line of lines) print(line)
    if (!this.flags.follow) return
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    await followFile(this.paths.log, position, print, stop.signal)
  }
}
