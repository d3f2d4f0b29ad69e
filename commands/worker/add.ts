import { resolve } from 'node:path'
import * as Args from '@oclif/core/args'
import * as Flags from '@oclif/core/flags'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { withProgress } from '../../src/cli/with-progress.ts'
import { ensureDaemon } from '../../src/client/ensure-daemon.ts'
import type { ListedWorker } from '../../src/client/wire.ts'
import { AppError } from '../../src/errors.ts'

export default class WorkerAdd extends BaseCommand<typeof WorkerAdd> {
  static override summary = 'use a running worker by its address'
  static override description =
    'Until the daemon stops; to keep it, write it under workers: in the config. Its models become replicas of ours where the names are equal.'
  static override examples = [
    '<%= config.bin %> worker add unix:/run/sluice/gpu.sock',
    '<%= config.bin %> worker add gpu-1:50051 --serves Qwen/Qwen3-8B=qwen3 --tls-ca ca.pem',
  ]
  static override args = {
    address: Args.string({ required: true, ignoreStdin: true, description: 'unix:PATH or HOST:PORT' }),
  }
  static override flags = {
    name: Flags.string({ description: 'how we call it; default: made of its address' }),
    serves: Flags.string({
      multiple: true,
      helpValue: 'MODEL=NAME',
      description: "the worker's model id and the name that requests use; default: all of its models",
    }),
    'tls-ca': Flags.string({
      helpValue: 'FILE',
      description: "authority that signed the worker's certificate",
    }),
    'tls-cert': Flags.string({ helpValue: 'FILE', description: 'our certificate', dependsOn: ['tls-key'] }),
    'tls-key': Flags.string({ helpValue: 'FILE', description: 'its key', dependsOn: ['tls-cert'] }),
  }

  async run(): Promise<ListedWorker> {
    const { name, serves } = this.flags
    const body = {
      address: readAddress(this.args.address),
      name,
      serves: serves && Object.fromEntries(serves.map(readPair)),
      tls: this.readTls(),
    }
    const worker = await withProgress(`connecting to ${body.address}`, async (report) => {
      const { client } = await ensureDaemon(this.daemonOptions(), report)
      return client.addWorker(body)
    })
    this.log(`${worker.id} serves ${worker.models.join(', ') || 'no model'} (${worker.engine})`)
    return worker
  }

  private readTls() {
    const { 'tls-ca': ca, 'tls-cert': certificate, 'tls-key': key } = this.flags
    if (ca === undefined && certificate === undefined) return undefined
    return {
      ...(ca !== undefined && { ca: resolve(ca) }),
      ...(certificate !== undefined && { certificate: resolve(certificate) }),
      ...(key !== undefined && { key: resolve(key) }),
    }
  }
}

/** A socket's path starts where the command does, not where the daemon runs. */
const readAddress = (text: string) =>
  text.startsWith('unix:') ? `unix:${resolve(text.slice('unix:'.length))}` : text

function readPair(text: string): [string, string] {
  const at = text.lastIndexOf('=')
  if (at < 1 || at === text.length - 1)
    throw new AppError('invalid_request', `--serves ${text}: write MODEL=NAME`, { param: 'serves' })
  return [text.slice(0, at), text.slice(at + 1)]
}
