import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { repeat } from '../src/cli/repeat.ts'
import { openScreen } from '../src/cli/screen.ts'
import { describeStats } from '../src/cli/stats-texts.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import type { AllStats } from '../src/client/wire.ts'
import { AppError } from '../src/errors.ts'

const everyMs = 2000

export default class Stats extends BaseCommand<typeof Stats> {
  static override summary = 'requests, errors, tokens, money and times of the last 24 hours'
  static override description =
    'Usage is kept per hour, so times are widened to whole hours. Exit codes: 0 done, 2 wrong flag, 3 the daemon does not answer, 6 the store cannot be read.'
  static override examples = [
    '<%= config.bin %> stats',
    '<%= config.bin %> stats --by model --since 7d',
    '<%= config.bin %> stats --by hour --since 2027-01-31T00:00:00Z --until 2027-02-01T00:00:00Z',
    '<%= config.bin %> stats --by key --watch',
    '<%= config.bin %> stats --by user --json',
  ]
  static override flags = {
    since: Flags.string({ helpValue: '24h|TIME', description: 'from when on: how long ago, or an ISO 8601 time; default: a day before --until' }),
    until: Flags.string({ helpValue: '1h|TIME', description: 'up to when; default: now' }),
    by: Flags.string({ options: ['key', 'user', 'team', 'tenant', 'model', 'endpoint', 'hour'], description: 'a line for each' }),
    watch: Flags.boolean({ char: 'w', description: 'draw it anew every 2 seconds, until Ctrl-C; with --json a line each time' }),
  } // prettier-ignore

  async run(): Promise<AllStats | void> {
    const { watch, since, until, by } = this.flags
    if (watch && !this.jsonEnabled() && !process.stdout.isTTY) {
      const message = '--watch draws on a terminal, and this is none; leave it out, or add --json'
      throw new AppError('invalid_request', message)
    }
    const client = await withProgress('connecting', async (report) => {
      return (await ensureDaemon(this.daemonOptions(), report)).client
    })
    const ask = (signal?: AbortSignal) => client.reports.stats({ since, until, by }, signal)
    if (watch) return this.watch(ask)
    const stats = await ask()
    this.log(await this.describe(stats))
    return stats
  }

  private async watch(ask: (signal: AbortSignal) => Promise<AllStats>): Promise<void> {
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    if (this.jsonEnabled()) {
      const print = (value: object) => void process.stdout.write(`${JSON.stringify(value)}\n`)
      return repeat(everyMs, stop.signal, async (signal) => print(await ask(signal).catch(toWaiting)))
    }
    const screen = openScreen(process.stdout)
    let last = ''
    try {
      await repeat(everyMs, stop.signal, async (signal) => {
        const stats = await ask(signal).catch(toWaiting)
        if ('error' in stats) return screen.draw(`${last}\n\n${stats.error.message}`)
        last = await this.describe(stats)
        screen.draw(last)
      })
    } finally {
      screen.close()
    }
    if (last !== '') this.log(last)
  }

  private async describe(stats: AllStats): Promise<string> {
    const { renderTable } = await import('../src/cli/table.ts')
    return describeStats(stats, renderTable)
  }
}

/** A store that is away may come back while somebody watches. */
function toWaiting(cause: unknown): { error: { code: string; message: string } } {
  if (!(cause instanceof AppError) || cause.retryAfterMs === undefined) throw cause
  return { error: { code: cause.code, message: cause.message } }
}
