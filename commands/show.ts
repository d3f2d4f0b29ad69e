import * as Args from '@oclif/core/args'
import { BaseCommand } from '../src/cli/base-command.ts'
import { formatBytes } from '../src/cli/format.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import type { ShownModel } from '../src/client/wire.ts'

export default class Show extends BaseCommand<typeof Show> {
  static override summary = 'show what a model file says about itself'
  static override examples = ['<%= config.bin %> show pocket', '<%= config.bin %> show pocket --json']
  static override args = { model: Args.string({ required: true, ignoreStdin: true, description: 'name' }) }

  async run(): Promise<ShownModel> {
    const model = await withProgress('asking the daemon', async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.showModel(this.args.model)
    })
    this.print(model)
    return model
  }

  private print(model: ShownModel): void {
    const facts: [string, string | number | null][] = [
      ['name', model.name],
      ['file', model.path],
      ['size', formatBytes(model.size_bytes)],
      ['status', model.status],
      ['architecture', model.architecture],
      ['type', model.quantization],
      ['context', model.context_length],
      ['layers', model.layers],
      ['width', model.embedding_length],
    ]
    for (const [label, value] of facts) if (value !== null) this.log(`${label.padEnd(14)}${value}`)
    const template = model.metadata['tokenizer.chat_template']
    if (typeof template === 'string') this.log(`\nchat template\n${template.replaceAll(/^/gm, '  ')}`)
  }
}
