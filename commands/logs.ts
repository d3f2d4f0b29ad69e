import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { followFile, lastLines } from '../src/cli/log-lines.ts'
import { formatLogLine } from '../src/cli/format-log-line.ts'
import { describeEvent, describeExchange, describeRequest, requestsHead } from '../src/cli/ledger-texts.ts'
import { repeat } from '../src/cli/repeat.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import { viewEvents, viewRequests, type LedgerView } from '../src/client/ledger-view.ts'
import { AppError } from '../src/errors.ts'

const lookEveryMs = 1000
const ofLedger = 'with --requests or --events: '

export default class Logs extends BaseCommand<typeof Logs> {
  static override summary = "print the daemon's log, or what the ledger has: requests, events"
  static override description =
    "The log is there without a daemon too: that of the last one stays. --requests and --events ask the daemon, newest last. With --json the log's lines are printed as they are; a page of the ledger is one object, newest first, and --follow prints an object per line. Exit codes: 0 done, 2 wrong flag, 3 the daemon does not answer, 4 no such log or request, 6 the store cannot be read."
  static override examples = [
    '<%= config.bin %> logs',
    '<%= config.bin %> logs -f',
    '<%= config.bin %> logs -n 1000 --json',
    '<%= config.bin %> logs --requests --status 5xx --since 24h',
    '<%= config.bin %> logs --requests --model qwen --key 4f9x2k7qm1ab -f',
    '<%= config.bin %> logs --id 1795250346372-698efba3-0000006',
    '<%= config.bin %> logs --events --name worker.lost',
  ]
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'go on with what is written next, until Ctrl-C' }),
    lines: Flags.integer({ char: 'n', min: 0, max: 1_000_000, default: 200, exclusive: ['requests', 'events', 'id'], description: 'how many of the last lines' }),
    requests: Flags.boolean({ description: 'one line per request', exclusive: ['events'] }),
    events: Flags.boolean({ description: 'what happened to the daemon, its models, workers and keys' }),
    id: Flags.string({ exclusive: ['requests', 'events', 'follow'], description: 'everything about one request: its id, or its x-request-id' }),
    limit: Flags.integer({ min: 1, max: 1000, description: `${ofLedger}how many; default: 100` }),
    since: Flags.string({ helpValue: '24h|TIME', description: `${ofLedger}from when on` }),
    until: Flags.string({ helpValue: '1h|TIME', exclusive: ['follow'], description: `${ofLedger}up to when` }),
    model: Flags.string({ dependsOn: ['requests'], description: 'only of this model' }),
    status: Flags.string({ dependsOn: ['requests'], helpValue: '429|4xx', description: 'only with this status, or of this class' }),
    key: Flags.string({ dependsOn: ['requests'], description: 'only of this key' }),
    name: Flags.string({ dependsOn: ['events'], description: 'only events of this name' }),
  } // prettier-ignore

  async run(): Promise<object | void> {
    const { requests, events, id } = this.flags
    if (id !== undefined) return this.showRequest(id)
    if (requests) return this.printLedger(viewRequests(await this.connect(), this.filters()), describeRequest)
    if (events) return this.printLedger(viewEvents(await this.connect(), this.filters()), describeEvent)
    for (const flag of ['limit', 'since', 'until'] as const) {
      if (this.flags[flag] === undefined) continue
      throw new AppError('invalid_request', `--${flag} goes with --requests or --events`)
    }
    return this.printLog()
  }

  private async showRequest(id: string): Promise<object> {
    const request = await (await this.connect()).reports.request(id)
    this.log(describeExchange(request))
    return request
  }

  private async printLedger<Row extends { id: string }>(
    view: LedgerView<Row>,
    describe: (row: Row) => string,
  ) {
    const { follow, requests } = this.flags
    const raw = this.jsonEnabled()
    const print = (row: Row) => void process.stdout.write(`${raw ? JSON.stringify(row) : describe(row)}\n`)
    const stop = new AbortController()
    if (follow) {
      process.once('SIGINT', () => stop.abort())
      await view.next(stop.signal)
    }
    const { answer, rows } = await view.page()
    if (raw && !follow) return answer
    if (requests && !raw) this.log(requestsHead)
    for (const row of rows.toReversed()) print(row)
    if (!follow) return undefined
    const shown = new Set(rows.map(({ id }) => id))
    await repeat(lookEveryMs, stop.signal, async (signal) => {
      for (const row of await view.next(signal)) if (!shown.has(row.id)) print(row)
    })
    return undefined
  }

  private filters() {
    const { limit, since, until, model, status, key, name } = this.flags
    return { limit, since, until, model, status, key, name }
  }

  private async printLog(): Promise<void> {
    const raw = this.jsonEnabled()
    const print = (line: string) => void process.stdout.write(`${raw ? line : formatLogLine(line)}\n`)
    const { lines, position } = await lastLines(this.paths.log, this.flags.lines)
    for (const line of lines) print(line)
    if (!this.flags.follow) return
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    await followFile(this.paths.log, position, print, stop.signal)
  }

  private async connect() {
    return withProgress('connecting', async (report) => {
      return (await ensureDaemon(this.daemonOptions(), report)).client
    })
  }
}
