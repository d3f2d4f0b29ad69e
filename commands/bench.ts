import type { SaveWish } from '../bench/compat/save-vllm.ts'
import { benchFlags } from '../bench/flags/bench-flags.ts'
import { decodeApi, decodeUrl } from '../bench/flags/decode-target.ts'
import type { MeasureSettings } from '../bench/measure-plan.ts'
import type { BenchOptions } from '../bench/options.ts'
import type { BenchResult } from '../bench/result.ts'
import { BaseCommand } from '../src/cli/base-command.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { exitCodes } from '../src/errors.ts'

type Wanted = Pick<MeasureSettings, 'options' | 'plan' | 'thresholds' | 'output' | 'readyTimeoutMs'>

export default class Bench extends BaseCommand<typeof Bench> {
  static override summary = 'measure how fast a server answers, under load'
  static override description = `Works with any server that speaks the OpenAI API, Anthropic's or Ollama's. Without --url it measures the local daemon, and starts it if need be.

TTFT  time to the first output; an empty role chunk is none
TPOT  time per further output token, by the server's own count
ITL   time between tokens; where events are not tokens, chunk gaps
E2E   time to the last output

With --request-rate, requests leave at fixed times and TTFT and E2E count from those times: a late start is part of the user's wait. Without it, each of --concurrency connections sends its next request when its last one has ended. Several values, 1,4,16, are measured one after the other.

With --turns, sessions take the place of requests: --concurrency keeps so many going on, --request-rate begins so many per second, and --requests counts turns.

--sweep looks for the highest load that meets --goodput: doubled until one misses, then halved, with repeats at the limit; without --goodput for the load from which throughput hardly rises. --fail-if and the exit code go by the load that it finds.

Each run is VALID, DEGRADED or INVALID, by the load generator's own lag, garbage collection, dispatch and Little's law: an INVALID one measured the load generator and not the server.

Ctrl-C stops sending, waits briefly for what is in flight and reports what was measured; a second one quits. Command lines of vLLM's, SGLang's and NVIDIA's tools are understood; --format vllm prints vLLM's result block and --save-result writes its file. docs/bench.md lists all names.

Exit codes: 0 measured; 2 wrong flag or input; 3 server unreachable; 8 a --fail-if condition is true or could not be checked, slower than --baseline, or no load of --sweep meets its goal; 9 no request succeeded; 10 the run is INVALID, or too short to be compared with --baseline; 130 interrupted; 1 anything else.`
  static override usage = [
    '<%= command.id %> [-u URL] [-m NAME] [-c N[,N] | -R N[,N]] [-n N | --duration 30s] [FLAG]...',
    '<%= command.id %> --sweep [--goodput ttft:500 tpot:50] [FLAG]...',
    'bench compare|merge|report|history|engine ...',
  ]
  static override examples = [
    '<%= config.bin %> bench --concurrency 4 --requests 40',
    "<%= config.bin %> bench --concurrency 16 --duration 30s --fail-if 'ttft_p99>500' --fail-if 'error_rate>1%'",
    '<%= config.bin %> bench --url http://127.0.0.1:11434/v1 --model llama3.2 --max-tokens 64 --json result.json',
    '<%= config.bin %> bench --concurrency 1,4,16 --goodput ttft:500 tpot:50',
    '<%= config.bin %> bench --sweep --goodput ttft:500 tpot:50 --goodput-share 95%',
    '<%= config.bin %> bench --sweep --goodput ttft:500 --baseline main.json --max-regression 10',
    '<%= config.bin %> bench --request-rate 8 --arrival poisson --duration 60s',
    '<%= config.bin %> bench --ramp-up-strategy exponential --ramp-up-start-rps 1 --ramp-up-end-rps 32 --requests 500',
    '<%= config.bin %> bench --concurrency 16 --duration 60s --ramp-up 10s --cool-down',
    "<%= config.bin %> bench --concurrency 16 --fail-if 'ttft_p99>2000' --junit out.xml --html out.html",
    '<%= config.bin %> bench --requests 1000 --baseline main.json --max-regression 10 --markdown auto',
    '<%= config.bin %> bench --dataset random --input-len 512 --output-len 64 --ignore-eos',
    '<%= config.bin %> bench --turns 4 --think-time 1s-3s --cancel-rate 10% --concurrency 8',
    '<%= config.bin %> bench --turns 4 --think-time 1s-3s --request-rate 2 --duration 60s',
    '<%= config.bin %> bench --endpoint ollama --url http://127.0.0.1:11434 --model llama3.2',
    "<%= config.bin %> bench --url https://gpu.example/v1 --header 'X-Tenant: blue' --extra-body '{\"top_k\": 20}' --ready-timeout 5m",
    '<%= config.bin %> bench --backend openai-chat --base-url http://gpu:8000 --endpoint /v1/chat/completions --num-prompts 200 --max-concurrency 16 --format vllm --save-result',
    "<%= config.bin %> bench --concurrency 1,8 --repeat 5 --fail-if 'ttft_p99>500' --explain",
    '<%= config.bin %> bench --prompts prompts.jsonl --no-stream --json - | jq .latency.e2e',
  ]
  // --json takes a file here.
  static override enableJsonFlag = false
  static override flags = benchFlags

  async run(): Promise<void> {
    const [
      { assertReportPaths, writeReports },
      { readBaseline },
      { compareWithBaseline },
      { resolveExitCode },
    ] = await Promise.all([
      import('../bench/report/write-reports.ts'),
      import('../bench/compare/read-baseline.ts'),
      import('../bench/compare/compare-with-baseline.ts'),
      import('../bench/resolve-exit-code.ts'),
    ])
    const { json, html, csv, markdown, junit, baseline: file } = this.flags
    const paths = { json, html, csv, markdown, junit }
    await assertReportPaths(paths)
    const baseline = await readBaseline(file, this.flags['max-regression'], this.flags['force-baseline'])
    const settings = await this.settings()
    const screen = Object.values(paths).includes('-') ? process.stderr : process.stdout
    const results = await this.measure(settings, screen)
    if (baseline !== undefined) compareWithBaseline(results, baseline, screen)
    const { GITHUB_STEP_SUMMARY: summaryFile } = process.env
    await writeReports(paths, results, { output: process.stdout, summaryFile })
    if (settings.output.save !== undefined) await this.save(results, settings.output.save)
    process.exitCode = resolveExitCode(results, this.flags.strict)
  }

  /** All that the flags say. The target comes last: it may start a daemon, and a wrong flag must not. */
  private async settings(): Promise<Wanted> {
    const [
      { parseThreshold },
      { decodePlan },
      { decodeOptions },
      { decodeOutput },
      { decodeReady },
      { explainFamiliar },
      { assertMeasurable },
    ] = await Promise.all([
      import('../bench/thresholds.ts'),
      import('../bench/flags/decode-plan.ts'),
      import('../bench/flags/decode-options.ts'),
      import('../bench/flags/decode-output.ts'),
      import('../bench/flags/decode-ready.ts'),
      import('../bench/flags/explain-familiar.ts'),
      import('../bench/flags/assert-measurable.ts'),
    ])
    const thresholds = (this.flags['fail-if'] ?? []).map(parseThreshold)
    const options = decodeOptions(this.flags)
    assertMeasurable(thresholds, options)
    const output = decodeOutput(this.flags)
    const readyTimeoutMs = decodeReady(this.flags['ready-timeout'])
    for (const line of explainFamiliar(this.flags)) this.warn(line)
    const plan = await decodePlan(this.flags)
    if (output.save !== undefined)
      await (await import('../bench/compat/save-vllm.ts')).assertSavable(output.save)
    return { thresholds, plan, output, readyTimeoutMs, options: { ...options, ...(await this.target()) } }
  }

  private async measure(settings: Wanted, screen: NodeJS.WriteStream): Promise<BenchResult[]> {
    const [{ measurePlan }, { stopOnInterrupt }, { redactArgv }] = await Promise.all([
      import('../bench/measure-plan.ts'),
      import('../bench/stop-on-interrupt.ts'),
      import('../bench/redact-argv.ts'),
    ])
    const interrupt = stopOnInterrupt(() => {
      // On a terminal the line that is drawn says so itself.
      if (process.stderr.isTTY) return
      process.stderr.write('\nstopping; answers in flight get 5 s, Ctrl-C again quits at once\n')
    }, exitCodes.interrupted)
    try {
      const { signal } = interrupt
      const { version } = this.config
      const argv = redactArgv(this.argv)
      return await measurePlan({ ...settings, steady: this.flags.steady, screen, signal, version, argv })
    } finally {
      interrupt.dispose()
    }
  }

  private async save(results: BenchResult[], wish: SaveWish): Promise<void> {
    const { saveVllm } = await import('../bench/compat/save-vllm.ts')
    for (const path of await saveVllm(results, wish)) process.stderr.write(`result in ${path}\n`)
  }

  /** Where to send, and as whom. A key for OpenAI goes only to a server that was named. */
  private async target(): Promise<Pick<BenchOptions, 'url' | 'model' | 'apiKey'>> {
    const { model, 'served-model-name': served } = this.flags
    const url = decodeUrl(this.flags)
    const { SLUICE_API_KEY: ownKey, OPENAI_API_KEY: openAiKey, ANTHROPIC_API_KEY: anthropicKey } = process.env
    const vendorKey = decodeApi(this.flags) === 'messages' ? anthropicKey : openAiKey
    const local = url === undefined ? await this.localDaemon() : undefined
    // The local daemon's own credential goes to that daemon only.
    const apiKey = this.flags['api-key'] ?? (ownKey || (local ? local.token : vendorKey))
    const wanted = served ?? model ?? local?.model
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
}
