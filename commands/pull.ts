import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { formatBytes } from '../src/cli/format.ts'
import { createTransferText } from '../src/cli/transfer-progress.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon } from '../src/client/ensure-daemon.ts'
import type { PulledModelResult } from '../src/client/wire.ts'

export default class Pull extends BaseCommand<typeof Pull> {
  static override summary = 'bring a GGUF file into the models folder'
  static override description =
    'A download that was cut off goes on where it stopped when pulled again. Ctrl-C stops it.'
  static override examples = [
    '<%= config.bin %> pull ./qwen.gguf --name qwen',
    '<%= config.bin %> pull https://example.com/models/qwen.gguf',
    '<%= config.bin %> pull https://example.com/qwen.gguf --sha256 9f86d081884c7d65...',
  ]
  static override args = {
    source: Args.string({ required: true, ignoreStdin: true, description: 'GGUF file or http(s) URL' }),
  }
  static override flags = {
    name: Flags.string({ description: 'name to keep it under; default: made from the file name' }),
    sha256: Flags.string({ description: 'refuse the file unless it has this checksum' }),
  }

  async run(): Promise<PulledModelResult> {
    const { source } = this.args
    const { name, sha256 } = this.flags
    const body = { source: source.includes('://') ? source : resolve(source), name, sha256 }
    const describe = createTransferText(performance.now())
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    const pulled = await withProgress(`pulling ${source}`, async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.pullModel(
        body,
        ({ status, completed, total }) => report(describe(status, completed, total, performance.now())),
        stop.signal,
      )
    })
    this.log(`${pulled.name} is here: ${formatBytes(pulled.size_bytes)}, SHA-256 ${pulled.sha256}`)
    return pulled
  }
}
