import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { createLoadingProgress } from '../src/cli/loading-progress.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import type { RunningEngine } from '../src/client/wire.ts'
import { looksLikePath } from '../src/config/model-path.ts'

export default class Load extends BaseCommand<typeof Load> {
  static override summary = 'load a model, or a GGUF file where it lies'
  static override examples = [
    '<%= config.bin %> load pocket',
    '<%= config.bin %> load ./qwen.gguf --parallel 8 --context-length 8192',
  ]
  static override args = {
    model: Args.string({ required: true, ignoreStdin: true, description: 'name or GGUF file' }),
  }
  static override flags = {
    parallel: Flags.integer({ min: 1, max: 256, description: 'slots: requests generated at the same time' }),
    'context-length': Flags.integer({ min: 16, description: 'tokens per slot, prompt and answer together' }),
    threads: Flags.integer({ min: 1, max: 1024, description: 'CPU threads' }),
  }

  async run(): Promise<RunningEngine> {
    const { model } = this.args
    const { parallel, threads } = this.flags
    const body = {
      model: looksLikePath(model) ? resolve(model) : model,
      parallel,
      threads,
      context_length: this.flags['context-length'],
    }
    const engine = await withProgress(`loading ${model}`, async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.loadModel(body, createLoadingProgress(model, report))
    })
    this.log(`${engine.model} is loaded: ${engine.slots} slots of ${engine.context_length} tokens`)
    return engine
  }
}
