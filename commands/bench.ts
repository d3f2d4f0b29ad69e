import * as Flags from '@oclif/core/flags'
import { arrivalNames, type Arrival } from '../bench/arrivals/schedule.ts'
import { decodeEndpoint } from '../bench/endpoints/decode-endpoint.ts'
import { endpointNames, endpoints } from '../bench/endpoints/registry.ts'
import type { GoodputLimits } from '../bench/goodput.ts'
import type { BenchOptions, PromptSource } from '../bench/options.ts'
import type { BenchResult } from '../bench/result.ts'
import type { RunStatus } from '../bench/verdict/judge-run.ts'
import type { LoadPlan } from '../bench/sweep/load-plan.ts'
import type { Threshold } from '../bench/thresholds.ts'
import { BaseCommand } from '../src/cli/base-command.ts'
import { gateFlags } from '../src/cli/gate-flags.ts'
import { loadFlags } from '../src/cli/load-flags.ts'
import { promptFlags } from '../src/cli/prompt-flags.ts'
import { reportFlags } from '../src/cli/report-flags.ts'
import { sweepFlags } from '../src/cli/sweep-flags.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { AppError, exitCodes } from '../src/errors.ts'

export default class Bench extends BaseCommand<typeof Bench> {
  static override summary = 'measure how fast a server answers, under load'
  static override description = `Works with any server that speaks the OpenAI API, Anthropic's or Ollama's. Without --url it measures the local daemon, and starts it if need be.

TTFT  time to the first output; an empty role chunk is none
TPOT  time per further output token, by the server's own count
ITL   time between tokens; where events are not tokens, chunk gaps
E2E   time to the last output

With --request-rate, requests leave at fixed times and TTFT and E2E count from those times: a late start is part of the user's wait. Without it, each of --concurrency connections sends its next request when its last one has ended. Several values, 1,4,16, are measured one after the other.

--sweep looks for the highest load that meets --goodput: doubled until one misses, then halved, with repeats at the limit; without --goodput for the load from which throughput hardly rises. --fail-if and the exit code go by the load that it finds.

Each run is VALID, DEGRADED or INVALID, by the load generator's own lag, garbage collection, dispatch and Little's law: an INVALID one measured the load generator and not the server.

Ctrl-C stops sending, waits briefly for what is in flight and reports what was measured; a second one quits. Flags of vLLM's and NVIDIA's tools are understood: --base-url, --num-prompts, --max-concurrency, --request-rate, --burstiness, --num-warmups, --arrival-pattern and others.

Exit codes: 0 measured; 2 wrong flag or input; 3 server unreachable; 8 a --fail-if condition is true or could not be checked, slower than --baseline, or no load of --sweep meets its goal; 9 no request succeeded; 10 the run is INVALID, or too short to be compared with --baseline; 130 interrupted; 1 anything else.`
  static override examples = [
    '<%= config.bin %> bench --concurrency 4 --requests 40',
    "<%= config.bin %> bench --concurrency 16 --duration 30s --fail-if 'ttft_p99>500' --fail-if 'error_rate>1%'",
    '<%= config.bin %> bench --url http://127.0.0.1:11434/v1 --model llama3.2 --max-tokens 64 --json result.json',
    '<%= config.bin %> bench --concurrency 1,4,16 --goodput ttft:500 tpot:50',
    '<%= config.bin %> bench --sweep --goodput ttft:500 tpot:50 --goodput-share 95%',
    '<%= config.bin %> bench --request-rate 8 --arrival poisson --duration 60s',
    "<%= config.bin %> bench --concurrency 16 --fail-if 'ttft_p99>2000' --junit out.xml --html out.html",
    '<%= config.bin %> bench --requests 1000 --baseline main.json --max-regression 10 --markdown auto',
    '<%= config.bin %> bench --dataset random --input-len 512 --output-len 64 --ignore-eos',
    '<%= config.bin %> bench --turns 4 --think-time 1s-3s --cancel-rate 10% --concurrency 8',
    '<%= config.bin %> bench --endpoint ollama --url http://127.0.0.1:11434 --model llama3.2',
    '<%= config.bin %> bench --prompts prompts.jsonl --no-stream --json - | jq .latency.e2e',
  ]
  // --json takes a file here.
  static override enableJsonFlag = false
  static override flags = {
    url: Flags.string({ aliases: ['base-url'], helpGroup: 'TARGET', helpValue: 'URL', description: 'server, e.g. http://127.0.0.1:8080/v1; default: the local daemon' }),
    model: Flags.string({ helpGroup: 'TARGET', helpValue: 'NAME', description: 'model name; default: the first that the server lists' }),
    'api-key': Flags.string({ helpGroup: 'TARGET', helpValue: 'KEY', description: 'key of the server; default: SLUICE_API_KEY, then OPENAI_API_KEY or, for messages, ANTHROPIC_API_KEY (only with --url)' }),
    endpoint: Flags.string({ aliases: ['backend', 'endpoint-type'], helpGroup: 'TARGET', helpValue: 'NAME', default: 'chat', description: `which API is called: ${endpointNames.join(', ')}; other tools’ names and paths too` }),
    ...loadFlags,
    arrival: Flags.string({ aliases: ['arrival-pattern'], options: arrivalNames, helpGroup: 'LOAD', description: 'gaps of the schedule; default poisson, or gamma with --burstiness' }),
    ...sweepFlags,
    ...promptFlags,
    goodput: Flags.string({ multiple: true, helpGroup: 'REPORT', helpValue: 'ttft:500 tpot:50', description: 'count the requests that keep these limits (ms); metrics ttft, tpot, e2e' }),
    json: Flags.string({ helpGroup: 'REPORT', helpValue: 'FILE|-', description: 'write the result as JSON; with - to stdout, and the report to stderr' }),
    ...reportFlags,
    ...gateFlags,
    steady: Flags.boolean({ default: false, helpGroup: 'REPORT', description: 'report the time in which the run kept its level, without its beginning and end; --fail-if too. The result file has both' }),
  } // prettier-ignore

  async run(): Promise<void> {
    const [{ assertReportPaths, writeReports }, { readBaseline }, { compareWithBaseline }] =
      await Promise.all([
        import('../bench/report/write-reports.ts'),
        import('../bench/compare/read-baseline.ts'),
        import('../bench/compare/compare-with-baseline.ts'),
      ])
    const { json, html, csv, markdown, junit, baseline: file } = this.flags
    const paths = { json, html, csv, markdown, junit }
    await assertReportPaths(paths)
    const [thresholds, plan] = [await this.thresholds(), await this.plan()]
    const regression = this.flags['max-regression']
    const baseline = await readBaseline(file, regression, this.flags['force-baseline'])
    const screen = Object.values(paths).includes('-') ? process.stderr : process.stdout
    const results = await this.measure(await this.options(), plan, thresholds, screen)
    if (baseline !== undefined) compareWithBaseline(results, baseline, screen)
    const { GITHUB_STEP_SUMMARY: summaryFile } = process.env
    await writeReports(paths, results, { output: process.stdout, summaryFile })
    process.exitCode = await this.exitCode(results)
  }

  /** Runs one load after the other, prints each when it is measured, and a table of all and what they say at the end. */
  private async measure(
    options: Omit<BenchOptions, 'load'>,
    plan: LoadPlan,
    thresholds: Threshold[],
    screen: NodeJS.WriteStream,
  ): Promise<BenchResult[]> {
    const [{ evaluateThresholds }, { renderAnswer }, { renderSweep }, { stopOnInterrupt }, { viewSteady }] =
      await Promise.all([
        import('../bench/thresholds.ts'),
        import('../bench/sweep/render-answer.ts'),
        import('../bench/report/sweep-table.ts'),
        import('../bench/stop-on-interrupt.ts'),
        import('../bench/steady/steady-view.ts'),
      ])
    const interrupt = stopOnInterrupt(() => {
      // On a terminal the line that is drawn says so itself.
      if (process.stderr.isTTY) return
      process.stderr.write('\nstopping; answers in flight get 5 s, Ctrl-C again quits at once\n')
    }, exitCodes.interrupted)
    const results: BenchResult[] = []
    try {
      for (let load = plan.next(results); load !== undefined; load = plan.next(results)) {
        const result = await this.measureLoad({ ...options, load }, interrupt.signal)
        if (plan.goal !== undefined) result.sweep = plan.goal
        const view = this.flags.steady ? viewSteady(result) : result
        view.thresholds = result.thresholds = evaluateThresholds(thresholds, view)
        screen.write(plan.render(view, Math.min(screen.columns || 100, 120)))
        results.push(result)
        if (result.interrupted) break
      }
    } finally {
      interrupt.dispose()
    }
    if (results.length > 1) screen.write(`${[renderSweep(results), ...renderAnswer(results)].join('\n')}\n`)
    return results
  }

  private async measureLoad(options: BenchOptions, signal: AbortSignal): Promise<BenchResult> {
    const [{ runBench }, { startProgress }, { redactArgv }] = await Promise.all([
      import('../bench/run.ts'),
      import('../bench/report/progress.ts'),
      import('../bench/redact-argv.ts'),
    ])
    let progress = { stop: () => {} }
    try {
      return await runBench(options, {
        signal,
        onStart: (live) => (progress = startProgress(process.stderr, live, signal)),
        version: this.config.version,
        argv: redactArgv(this.argv),
      })
    } finally {
      progress.stop()
    }
  }

  private async exitCode(all: BenchResult[]): Promise<number> {
    const [{ benchExitCodes }, { isGoalMissed, judgedRuns }] = await Promise.all([
      import('../bench/exit-codes.ts'),
      import('../bench/sweep/judged-runs.ts'),
    ])
    if (all.some(({ interrupted }) => interrupted)) return exitCodes.interrupted
    const results = judgedRuns(all)
    if (isGoalMissed(all)) return benchExitCodes.thresholdMissed
    if (results.some(({ requests }) => requests.succeeded === 0)) return benchExitCodes.nothingSucceeded
    if (results.some(({ verdict }) => this.isRefused(verdict.status))) return benchExitCodes.invalidRun
    const passed = results.every(({ thresholds }) => thresholds.every((threshold) => threshold.passed))
    if (!passed) return benchExitCodes.thresholdMissed
    const { exitCodeOf } = await import('../bench/compare/judge-baseline.ts')
    return exitCodeOf(results.map(({ baseline }) => baseline))
  }

  private isRefused(status: RunStatus): boolean {
    return status === 'INVALID' || (this.flags.strict && status === 'DEGRADED')
  }

  private async thresholds(): Promise<Threshold[]> {
    const { parseThreshold } = await import('../bench/thresholds.ts')
    return (this.flags['fail-if'] ?? []).map(parseThreshold)
  }

  private async options(): Promise<Omit<BenchOptions, 'load'>> {
    const { seed } = this.flags
    const endpoint = decodeEndpoint(this.flags.endpoint)
    const stream = this.flags.stream && endpoints[endpoint].framing !== 'none'
    const temperature = this.temperature()
    const { 'max-tokens': maxTokens, 'warm-up': warmUp, 'min-tokens': minTokens } = this.flags
    const { decodeCancellation } = await import('../bench/load/decode-cancellation.ts')
    const { 'cancel-rate': rate, 'cancel-after': after } = this.flags
    const cancellation = decodeCancellation(rate, after, stream)
    return {
      ...(await this.target()),
      endpoint,
      stream,
      floor: this.flags.floor,
      threads: await this.threads(),
      goodput: await this.goodput(),
      ...(warmUp !== undefined && { warmUp }),
      ...(cancellation !== undefined && { cancellation }),
      prompts: await this.promptSource(),
      sampling: {
        ...(maxTokens !== undefined && { maxTokens }),
        ...(temperature !== undefined && { temperature }),
        ...(seed !== undefined && { seed }),
        ignoreEos: this.flags['ignore-eos'],
        ...(minTokens !== undefined && { minTokens }),
      },
      timeoutMs: (await this.milliseconds('timeout', this.flags.timeout))!,
    }
  }

  private async threads(): Promise<number | 'auto'> {
    const { decodeThreads } = await import('../bench/lanes/decode-threads.ts')
    return decodeThreads(this.flags.threads)
  }

  private async goodput(): Promise<GoodputLimits> {
    const { parseGoodput } = await import('../bench/goodput.ts')
    const limits = parseGoodput(this.flags.goodput ?? [])
    if (this.flags.stream || (limits.ttft === undefined && limits.tpot === undefined)) return limits
    throw new AppError(
      'invalid_request',
      '--goodput ttft and tpot need streamed answers; leave --no-stream out, or give e2e alone',
    )
  }

  private async plan(): Promise<LoadPlan> {
    const { concurrency, requests, arrival, burstiness, turns, trace } = this.flags
    const { createLoadPlan } = await import('../bench/sweep/load-plan.ts')
    const flags = {
      concurrency,
      requestRate: this.flags['request-rate'],
      arrival: arrival as Arrival | undefined,
      burstiness,
      requests,
      durationMs: await this.milliseconds('duration', this.flags.duration),
      rampUpMs: await this.milliseconds('ramp-up', this.flags['ramp-up']),
      turns,
      thinkTime: this.flags['think-time'],
      endpoint: decodeEndpoint(this.flags.endpoint),
      prompts: await this.promptSource(),
      trace,
      traceSpeed: this.flags['trace-speed'],
    }
    const search = {
      max: this.flags['sweep-max'],
      share: this.flags['goodput-share'],
      budgetMs: await this.milliseconds('sweep-time', this.flags['sweep-time']),
    }
    return createLoadPlan(flags, this.flags.sweep ? await this.goodput() : undefined, search)
  }

  private async promptSource(): Promise<PromptSource> {
    const { decodePromptSource } = await import('../bench/prompts/decode-prompt-source.ts')
    return decodePromptSource(this.flags)
  }

  /** Where to send, and as whom. A key for OpenAI goes only to a server that was named. */
  private async target(): Promise<Pick<BenchOptions, 'url' | 'model' | 'apiKey'>> {
    const { url, model } = this.flags
    const { SLUICE_API_KEY: ownKey, OPENAI_API_KEY: openAiKey, ANTHROPIC_API_KEY: anthropicKey } = process.env
    const vendorKey = decodeEndpoint(this.flags.endpoint) === 'messages' ? anthropicKey : openAiKey
    const local = url === undefined ? await this.localDaemon() : undefined
    // The local daemon's own credential goes to that daemon only.
    const apiKey = this.flags['api-key'] ?? (ownKey || (local ? local.token : vendorKey))
    const wanted = model ?? local?.model
    return {
      url: url ?? local!.url,
      ...(wanted !== undefined && { model: wanted }),
      ...(apiKey !== undefined && apiKey !== '' && { apiKey }),
    }
  }

  /** A model that is loaded already is preferred to the first on the list. */
  private async localDaemon(): Promise<{
    url: string
    model: string | undefined
    token: string | undefined
  }> {
    const { ensureDaemon } = await import('../src/client/ensure-daemon.ts')
    const { client } = await withProgress('connecting', (report) =>
      ensureDaemon(this.daemonOptions(), report),
    )
    const [loaded] = await client.engines()
    return { url: client.baseUrl, model: loaded?.model, token: client.token }
  }

  private temperature(): number | undefined {
    const { temperature } = this.flags
    if (temperature === undefined) return undefined
    const value = Number(temperature)
    if (temperature.trim() !== '' && Number.isFinite(value) && value >= 0) return value
    throw new AppError('invalid_request', `--temperature must be a number from 0 up, not "${temperature}"`)
  }

  private async milliseconds(flag: string, text: string | undefined): Promise<number | undefined> {
    if (text === undefined) return undefined
    const { parseDuration } = await import('../src/config/duration.ts')
    const value = parseDuration(text)
    if (value !== undefined && value > 0 && value <= 86_400_000) return value
    throw new AppError(
      'invalid_request',
      `--${flag} "${text}" is not a duration; write 30s, 2m or 500ms (at most 24h)`,
    )
  }
}
