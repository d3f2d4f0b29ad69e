import { basename } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import type { EngineResult, EngineTest } from '../../bench/engine/engine-result.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { findModelFile } from '../../src/cli/find-model-file.ts'
import { withProgress } from '../../src/cli/with-progress.ts'
import { AppError, exitCodes } from '../../src/errors.ts'

/** The same as the `batch_tokens` setting's default. */
const defaultBatchTokens = 512

export default class BenchEngine extends BaseCommand<typeof BenchEngine> {
  static override summary = 'measure prompt and generation speed of a model without HTTP'
  static override description = `Loads a GGUF file into a process of its own, with the engine that the daemon uses, and times it. Nothing is asked of the daemon.

pp512          reads prompts of 512 tokens that no cache knows
tg128          writes 128 tokens
tg128 @ d1024  the same when each sequence holds 1024 tokens already

With --batch 4 four sequences run together, in the same steps, and the figure is that of all four. It includes sampling (greedy) and making text of tokens, as every answer does. Each test runs once before it counts; the figure is the median of the repetitions.

Prompts, answers, depths and batch sizes may be lists, and every combination is measured. llama-bench's -p, -n, -d, -r, -t and -m mean the same here.

Ctrl-C ends it and shows what was measured.

Exit codes: 0 measured; 2 wrong flag or file; 4 no such model; 130 interrupted; 1 anything else.`
  static override examples = [
    '<%= config.bin %> bench engine',
    '<%= config.bin %> bench engine ./qwen.gguf --prompt 128,512,2048 --depth 0,1024',
    '<%= config.bin %> bench engine pocket --prompt 0 --generate 64 --batch 1,4,16',
    '<%= config.bin %> bench engine -m ./qwen.gguf -p 512 -n 128 -t 4 -r 5 --markdown',
  ]
  static override args = {
    model: Args.string({ description: 'a name or a GGUF file; default: the bundled model, pocket' }),
  }
  static override flags = {
    model: Flags.string({ char: 'm', helpValue: 'NAME|PATH', description: 'the model, for those who write it so' }),
    prompt: Flags.string({ char: 'p', aliases: ['n-prompt'], default: '512', helpValue: 'N[,N]', description: 'prompt lengths in tokens; 0 for none' }),
    generate: Flags.string({ char: 'n', aliases: ['n-gen'], default: '128', helpValue: 'N[,N]', description: 'answer lengths in tokens; 0 for none' }),
    depth: Flags.string({ char: 'd', aliases: ['n-depth'], default: '0', helpValue: 'N[,N]', description: 'tokens that each sequence holds before' }),
    batch: Flags.string({ aliases: ['parallel'], default: '1', helpValue: 'N[,N]', description: 'sequences at the same time' }),
    repetitions: Flags.integer({ char: 'r', min: 1, max: 1000, default: 5, helpValue: 'N', description: 'how often each test is timed' }),
    threads: Flags.integer({ char: 't', min: 1, max: 1024, helpValue: 'N', description: "CPU threads; default: follows the machine's load, as in the daemon" }),
    'gpu-layers': Flags.integer({ aliases: ['ngl', 'n-gpu-layers'], min: 0, helpValue: 'N', description: 'layers on the GPU; default: as many as fit' }),
    'batch-tokens': Flags.integer({ aliases: ['batch-size'], min: 1, max: 65_536, default: defaultBatchTokens, helpValue: 'N', description: 'most prompt tokens in one step' }),
    markdown: Flags.boolean({ default: false, description: 'print a Markdown table' }),
  } // prettier-ignore

  async run(): Promise<EngineResult> {
    const [{ planTests }, { renderEngine, renderEngineMarkdown }, { stopOnInterrupt }] = await Promise.all([
      import('../../bench/engine/plan-tests.ts'),
      import('../../bench/engine/render-engine.ts'),
      import('../../bench/stop-on-interrupt.ts'),
    ])
    const tests = planTests(this.flags)
    const file = this.findFile()
    const interrupt = stopOnInterrupt(() => undefined, exitCodes.interrupted)
    try {
      const result = await this.measure(tests, file, interrupt.signal)
      if (result.interrupted) process.exitCode = exitCodes.interrupted
      this.log(this.flags.markdown ? renderEngineMarkdown(result) : renderEngine(result))
      return result
    } finally {
      interrupt.dispose()
    }
  }

  private async measure(tests: EngineTest[], file: string, signal: AbortSignal): Promise<EngineResult> {
    const [{ runMeter }, { nameTest, summarizeTest }, { startEngineResult }] = await Promise.all([
      import('../../src/client/run-meter.ts'),
      import('../../bench/engine/engine-result.ts'),
      import('../../bench/engine/start-engine-result.ts'),
    ])
    const { threads, repetitions } = this.flags
    const result = startEngineResult(basename(file), this.config.version, this.argv)
    const given = {
      engine: 'llama-cpp',
      source: file,
      tests,
      repetitions,
      ...(threads !== undefined && { threads }),
      batchTokens: this.flags['batch-tokens'],
      gpuLayers: this.flags['gpu-layers'] ?? ('auto' as const),
    }
    await withProgress(`loading ${basename(file)}`, (report) =>
      runMeter(given, signal, (message) => {
        if (message.type === 'loaded') Object.assign(result.model, message.model)
        else if (message.type === 'measured')
          result.tests.push(summarizeTest(message.test, message.milliseconds, message.threads))
        else {
          const { test, done } = message
          const step = done === 0 ? 'warm-up' : `${done} of ${repetitions}`
          report(
            `${result.tests.length + 1} of ${tests.length}: ${nameTest(test)}, batch ${test.batch}, ${step}`,
          )
        }
      }),
    )
    if (signal.aborted && result.tests.length === 0)
      throw new AppError('cancelled', 'interrupted before anything was measured')
    return { ...result, interrupted: signal.aborted }
  }

  private findFile(): string {
    const [named, flag] = [this.args.model, this.flags.model]
    if (named !== undefined && flag !== undefined) {
      throw new AppError('invalid_request', `two models are given, ${named} and ${flag}; give one`, {
        param: 'model',
      })
    }
    return findModelFile(named ?? flag ?? 'pocket', { root: this.config.root, models: this.paths.models })
  }
}
