import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { resolveWorkerModel } from '../../src/cli/resolve-worker-model.ts'
import { runWorker, type WorkerArguments, type WorkerMessage } from '../../src/client/run-worker.ts'

/** The same as the `batch_tokens` setting's default. */
const defaultBatchTokens = 512
/** For who watches the health to send nothing more, before anything is refused. */
const graceMs = 500

export default class Worker extends BaseCommand<typeof Worker> {
  static override summary = 'serve an engine to a daemon, here or on another machine'
  static override description =
    'Stays in the foreground and speaks gRPC (llm.v1 and grpc.health.v1). Listens at once; with --model its health is SERVING when that is loaded, without it a daemon loads what it wants. The first Ctrl-C or SIGTERM lets requests end, the second does not wait. The log is on stderr. With --json it prints a line when it listens and one when the model is there.'
  static override examples = [
    '<%= config.bin %> worker --listen unix:/run/sluice/gpu.sock --model pocket',
    '<%= config.bin %> worker --listen 127.0.0.1:50051 --model ./qwen.gguf --id qwen --parallel 8',
    '<%= config.bin %> worker --listen 0.0.0.0:50051 --tls-cert cert.pem --tls-key key.pem --tls-ca clients.pem',
    '<%= config.bin %> worker add gpu-1:50051 --tls-ca ca.pem',
  ]
  static override flags = {
    listen: Flags.string({
      required: true,
      helpValue: 'ADDRESS',
      description: 'unix:PATH, or HOST:PORT (port 0 for a free one)',
    }),
    engine: Flags.string({ default: 'llama-cpp', description: 'llama-cpp, or fake for tests' }),
    model: Flags.string({
      helpValue: 'NAME|PATH',
      description: "model to load: a GGUF file, a name, or one that the config's models have",
    }),
    config: Flags.string({
      helpValue: 'FILE',
      description: 'config file for the names of models; default: config.yaml in the state folder',
    }),
    id: Flags.string({
      dependsOn: ['model'],
      description: "how requests name it; default: the model's name, or its file's",
    }),
    parallel: Flags.integer({ min: 1, max: 256, description: 'slots: requests generated at the same time' }),
    'context-length': Flags.integer({ min: 16, description: 'tokens per slot, prompt and answer together' }),
    threads: Flags.integer({
      min: 1,
      max: 1024,
      description: "CPU threads; default: follows the machine's load",
    }),
    'gpu-layers': Flags.integer({ min: 0, description: 'layers on the GPU; default: as many as fit' }),
    name: Flags.string({ description: "the worker's own name; default: made of host and process" }),
    'tls-cert': Flags.string({ helpValue: 'FILE', description: 'our certificate', dependsOn: ['tls-key'] }),
    'tls-key': Flags.string({ helpValue: 'FILE', description: 'its key', dependsOn: ['tls-cert'] }),
    'tls-ca': Flags.string({
      helpValue: 'FILE',
      description: 'callers need a certificate of this authority',
      dependsOn: ['tls-cert'],
    }),
    insecure: Flags.boolean({ description: 'allow an address that other machines can reach without TLS' }),
    drain: Flags.integer({
      min: 0,
      max: 3600,
      default: 30,
      helpValue: 'SECONDS',
      description: 'time that running requests get at the end',
    }),
    'log-level': Flags.string({
      default: 'info',
      options: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      description: 'least level written',
    }),
  }

  async run(): Promise<undefined> {
    const { engine, listen, insecure, drain, name } = this.flags
    const model = this.readModel()
    const tls = this.readTls()
    const given: WorkerArguments = {
      engine,
      listen,
      insecure,
      logLevel: this.flags['log-level'],
      drainTimeoutMs: drain * 1000,
      graceMs,
      ...(name !== undefined && { workerId: name }),
      ...(model && { model }),
      ...(tls && { tls }),
    }
    const code = await runWorker(given, (message) => this.show(message))
    // Nothing follows: with --json oclif would print a result after our lines.
    this.exit(code)
  }

  private show(message: WorkerMessage): void {
    if (message.type === 'loading') return
    if (this.jsonEnabled()) return void process.stdout.write(`${JSON.stringify(message)}\n`)
    this.log(
      message.type === 'listening' ? `the worker listens at ${message.address}` : `${message.model} is ready`,
    )
  }

  private readModel(): WorkerArguments['model'] {
    const { engine, model, parallel, threads, config } = this.flags
    if (model === undefined) return undefined
    const { id, source, settings } = resolveWorkerModel(model, engine, {
      root: this.config.root,
      models: this.paths.models,
      configFile: config === undefined ? undefined : resolve(config),
      defaultConfigFile: this.paths.config,
      folder: process.cwd(),
      environment: process.env,
    })
    const contextLength = this.flags['context-length'] ?? settings.contextLength
    const slots = parallel ?? settings.parallel
    const fixedThreads = threads ?? settings.threads
    return {
      id: this.flags.id ?? id,
      load: {
        source,
        ...(contextLength !== undefined && { contextLength }),
        ...(slots !== undefined && { parallel: slots }),
        ...(fixedThreads !== undefined && { threads: fixedThreads }),
        batchTokens: defaultBatchTokens,
        gpuLayers: this.flags['gpu-layers'] ?? 'auto',
      },
    }
  }

  private readTls(): WorkerArguments['tls'] {
    const { 'tls-cert': certificate, 'tls-key': key, 'tls-ca': ca } = this.flags
    if (certificate === undefined || key === undefined) return undefined
    return {
      certificate: resolve(certificate),
      key: resolve(key),
      ...(ca !== undefined && { ca: resolve(ca) }),
    }
  }
}
