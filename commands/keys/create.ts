import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { describeSecret } from '../../src/cli/key-texts.ts'
import { withProgress } from '../../src/cli/with-progress.ts'
import { ensureKeyDaemon } from '../../src/client/ensure-key-daemon.ts'
import { stopDaemon } from '../../src/client/stop-daemon.ts'
import type { IssuedKeyAnswer } from '../../src/client/wire.ts'
import { resolveExpiry } from '../../src/config/expiry.ts'

export default class KeysCreate extends BaseCommand<typeof KeysCreate> {
  static override summary = 'make a key and show it, once'
  static override description =
    'From the first key on, every request needs one; commands of the user who runs the daemon go on without. Patterns know one sign: * for anything.'
  static override examples = [
    '<%= config.bin %> keys create --admin',
    "<%= config.bin %> keys create web --team search --model 'qwen*' --expires 90d",
    "<%= config.bin %> keys create chat-only --endpoint '/v1/chat/*' --endpoint '/v1/models*'",
    'KEY=$(<%= config.bin %> keys create ci --json | jq -r .key)',
  ]
  static override args = {
    name: Args.string({ ignoreStdin: true, description: 'what it is for; default: admin, or key' }),
  }
  static override flags = {
    admin: Flags.boolean({ description: 'may also use /api/*: keys, models, the daemon itself' }),
    model: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'PATTERN', description: 'model that it may use; default: all (repeatable)' }),
    endpoint: Flags.string({ multiple: true, multipleNonGreedy: true, helpValue: 'PATTERN', description: 'URL path that it may call; default: all (repeatable)' }),
    user: Flags.string({ description: 'owner: a person' }),
    team: Flags.string({ description: 'owner: a team' }),
    tenant: Flags.string({ description: 'owner: a tenant' }),
    expires: Flags.string({ helpValue: '90d|TIME', description: 'when it ends: a time from now, or an ISO 8601 time; default: never' }),
  } // prettier-ignore

  async run(): Promise<IssuedKeyAnswer> {
    const { admin, model, endpoint, user, team, tenant, expires } = this.flags
    const name = this.args.name ?? (admin ? 'admin' : 'key')
    const expires_at = expires === undefined ? undefined : resolveExpiry(expires, Date.now())
    const body = { name, admin, models: model, endpoints: endpoint, user, team, tenant, expires_at }
    const { client, temporary } = await withProgress('connecting', (report) =>
      ensureKeyDaemon(this.daemonOptions(), report),
    )
    try {
      const issued = await client.keys.create(body)
      this.log(describeSecret(issued.key, client.baseUrl))
      return issued
    } finally {
      if (temporary) await this.stop()
    }
  }

  private async stop(): Promise<void> {
    await stopDaemon(this.paths.daemon, 0)
    this.warn('the daemon ran on 127.0.0.1 only to make this key and has ended; start it with: sluice serve')
  }
}
