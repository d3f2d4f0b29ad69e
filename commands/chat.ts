import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../src/cli/base-command.ts'
import type { ChatBackend, ChatDelta, ChatOptions, ChatRequest } from '../src/cli/chat/completer.ts'
import type { OnceEnd } from '../src/cli/chat/start-once.ts'
import { createLoadingProgress } from '../src/cli/loading-progress.ts'
import { withProgress } from '../src/cli/with-progress.ts'
import { looksLikePath } from '../src/config/model-path.ts'
import { AppError, exitCodes } from '../src/errors.ts'

export default class Chat extends BaseCommand<typeof Chat> {
  static override summary = 'talk with a model, or ask it one question'
  static override description =
    'On a terminal: a conversation; /help lists its commands. With -p or piped input: one answer on stdout.'
  static override examples = [
    '<%= config.bin %> chat',
    '<%= config.bin %> chat pocket --system "You are brief." --continue',
    '<%= config.bin %> chat -p "Tell me a short story about a robot."',
    'cat notes.txt | <%= config.bin %> chat -p "Sum this up:" --json',
  ]
  // Piped text is the prompt; oclif would take it for the argument.
  static override args = {
    model: Args.string({ ignoreStdin: true, description: 'name or GGUF file; default: one that is loaded' }),
  }
  static override flags = {
    prompt: Flags.string({ char: 'p', description: 'answer this once; piped input is added to it' }),
    continue: Flags.boolean({ char: 'c', description: 'go on with the last conversation' }),
    system: Flags.string({ description: 'system message' }),
    temperature: Flags.string({ description: 'from 0 (always the likeliest token) to 2; default 0.7' }),
    'max-tokens': Flags.string({ description: 'longest answer, in tokens' }),
    seed: Flags.string({ description: 'same seed, same answer' }),
    reasoning: Flags.boolean({
      allowNo: true,
      default: true,
      description: 'show what the model thinks before it answers; on a terminal only',
    }),
    verbose: Flags.boolean({
      description: 'print time to first token, tokens and tokens/s after each answer',
    }),
  }

  async run(): Promise<unknown> {
    const { prompt, system, continue: resume, verbose, reasoning } = this.flags
    const json = this.jsonEnabled()
    const interactive = prompt === undefined && !json && process.stdin.isTTY
    if (interactive && !process.stdout.isTTY) {
      throw new AppError(
        'invalid_request',
        'a conversation needs a terminal; give -p TEXT to write one answer elsewhere',
      )
    }
    if (json && prompt === undefined && process.stdin.isTTY) {
      throw new AppError('invalid_request', '--json answers one question; give -p TEXT or pipe text in')
    }
    const options = await this.options()
    const start = {
      backend: await this.backend(interactive),
      folder: this.paths.chat,
      beginning: { model: await this.model(), system, options, resume },
      verbose,
      showReasoning: reasoning,
      input: process.stdin,
      output: process.stdout,
      environment: process.env,
    }
    if (interactive) {
      const { startRepl } = await import('../src/cli/chat/start-repl.ts')
      return startRepl(start)
    }
    const { startOnce } = await import('../src/cli/chat/start-once.ts')
    return this.finish(await startOnce({ ...start, prompt, json, messages: process.stderr }))
  }

  private finish(end: OnceEnd): unknown {
    if (end.type === 'interrupted') this.exit(exitCodes.interrupted)
    // Nobody reads our output any more, `--json` included.
    if (end.type === 'closed') this.exit(0)
    return end.result
  }

  private async options(): Promise<ChatOptions> {
    const { applySetting } = await import('../src/cli/chat/settings.ts')
    const { temperature, seed, 'max-tokens': maxTokens } = this.flags
    let options: ChatOptions = {}
    if (temperature !== undefined) options = applySetting(options, 'temperature', temperature)
    if (maxTokens !== undefined) options = applySetting(options, 'max_tokens', maxTokens)
    if (seed !== undefined) options = applySetting(options, 'seed', seed)
    return options
  }

  /** Each call finds the daemon anew, or starts it: it may have gone away since the last answer. */
  private async backend(interactive: boolean): Promise<ChatBackend> {
    const [{ ensureDaemon }, { findDaemon }, { streamChat }] = await Promise.all([
      import('../src/client/ensure-daemon.ts'),
      import('../src/client/find-daemon.ts'),
      import('../src/client/chat-stream.ts'),
    ])
    const daemon = this.daemonOptions()
    const connect = () => withProgress('connecting', (report) => ensureDaemon(daemon, report))
    // Later a spinner would run into the line that is being typed.
    if (interactive) await connect()
    return {
      async *complete(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatDelta> {
        if (!(await findDaemon(daemon.daemonFile))) yield { type: 'status', text: 'starting the daemon' }
        const { client } = await ensureDaemon(daemon)
        yield* streamChat(client.baseUrl, request, signal, client.token)
      },
      async models() {
        const { client } = interactive ? await ensureDaemon(daemon) : await connect()
        const models = await client.models()
        return models.map(({ name, aliases, status }) => ({ id: name, aliases, loaded: status === 'loaded' }))
      },
    }
  }

  /** A file is loaded first, and then has a name. */
  private async model(): Promise<string | undefined> {
    const { model } = this.args
    if (model === undefined || !looksLikePath(model)) return model
    const { ensureDaemon } = await import('../src/client/ensure-daemon.ts')
    const engine = await withProgress(`loading ${model}`, async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.loadModel({ model: resolve(model) }, createLoadingProgress(model, report))
    })
    return engine.model
  }
}
