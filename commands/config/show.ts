import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'

export default class ConfigShow extends BaseCommand<typeof ConfigShow> {
  static override summary = 'show every setting, and where its value came from'
  static override description =
    'Order: flag, then SLUICE_* variable, then config file, then default. A running daemon keeps the settings it started with.'
  static override examples = [
    '<%= config.bin %> config show',
    '<%= config.bin %> config show --origin',
    '<%= config.bin %> config show --config sluice.yaml --json',
  ]
  static override flags = {
    origin: Flags.boolean({ description: 'say where each value came from' }),
    config: Flags.string({
      helpValue: 'FILE',
      description: 'config file; default: config.yaml in the state folder',
    }),
  }

  async run(): Promise<object> {
    const { resolveConfig } = await import('../../src/config/resolve.ts')
    const { describeSetting } = await import('../../src/config/describe-setting.ts')
    const { config, origins } = resolveConfig({
      environment: process.env,
      file: this.flags.config,
      defaultFile: this.paths.config,
    })
    const keys = Object.keys(origins) as (keyof typeof origins)[]
    const settings = keys.map((key) => describeSetting(key, config[key], origins[key]))
    for (const { key, text, origin, description } of settings) {
      this.log(`${key}: ${text}${this.flags.origin ? `   # ${origin}` : `   # ${description}`}`)
    }
    return {
      settings: Object.fromEntries(
        settings.map(({ key, value, origin }) => [key, this.flags.origin ? { value, origin } : value]),
      ),
    }
  }
}
