import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import { configFlags, readConfigFlags } from '../src/cli/config-flags.ts'
import { describeService } from '../src/cli/describe-service.ts'
import { createLoadingProgress } from '../src/cli/loading-progress.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { ensureDaemon, type EnsuredDaemon } from '../src/client/ensure-daemon.ts'
import { runInForeground } from '../src/client/start-daemon.ts'
import type { DaemonStatus } from '../src/client/wire.ts'

export default class Serve extends BaseCommand<typeof Serve> {
  static override summary = 'start the daemon in the background and wait until it is ready'
  static override description =
    'Settings come from flags, then SLUICE_* variables, then the config file; see: sluice config show --origin. If a daemon runs already, its address is printed and --model is loaded into it.'
  static override examples = [
    '<%= config.bin %> serve',
    '<%= config.bin %> serve --model ./qwen.gguf --parallel 8',
    '<%= config.bin %> serve --config sluice.yaml --foreground',
  ]
  static override flags = {
    ...configFlags,
    config: Flags.string({
      helpValue: 'FILE',
      description: 'config file; default: config.yaml in the state folder',
    }),
    foreground: Flags.boolean({
      description: 'stay attached, with the log on stdout (containers, service units)',
    }),
  }

  async run(): Promise<DaemonStatus | undefined> {
    const flags = readConfigFlags(this.flags)
    const options = this.daemonOptions(
      flags,
      this.flags.config === undefined ? undefined : resolve(this.flags.config),
    )
    if (this.flags.foreground) {
      process.exitCode = await runInForeground(options)
      return undefined
    }
    const daemon = await withProgress('starting the daemon', (report) => ensureDaemon(options, report))
    for (const warning of daemon.warnings) this.warn(warning)
    if (!daemon.started) await this.join(daemon, flags)
    const status = await daemon.client.status()
    this.log(describeService(status, daemon.started))
    return status
  }

  /** A second `serve`: says that it runs, and loads what was asked for. */
  private async join(
    { client }: EnsuredDaemon,
    { models = [], ...others }: Record<string, unknown>,
  ): Promise<void> {
    for (const model of models as string[]) {
      await withProgress(`loading ${model}`, (report) =>
        client.loadModel({ model }, createLoadingProgress(model, report)),
      )
    }
    if (Object.keys(others).length > 0 || this.flags.config !== undefined) {
      this.warn('a daemon runs already and keeps its settings; to change them: sluice stop, then serve again')
    }
  }
}
