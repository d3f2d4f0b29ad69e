import { Command } from '@oclif/core/command'
import type { Interfaces } from '@oclif/core'
import { statePaths } from '../config/state-folder.ts'
import { AppError, exitCodes } from '../errors.ts'
import { describeUsageError } from './describe-usage-error.ts'

type Flags<T extends typeof Command> = Interfaces.InferredFlags<T['flags']>
type Arguments<T extends typeof Command> = Interfaces.InferredArgs<T['args']>
type Thrown = Interfaces.CommandError

/** What every command shares: parsed words, where the state is, and one way to fail. */
export abstract class BaseCommand<T extends typeof Command> extends Command {
  static override enableJsonFlag = true

  protected flags!: Flags<T>
  protected args!: Arguments<T>
  protected readonly paths = statePaths()

  override async init(): Promise<void> {
    await super.init()
    // Parse the class itself: picking out `flags` would lose --json.
    const { args, flags } = await this.parse(this.ctor)
    this.flags = flags as Flags<T>
    this.args = args as Arguments<T>
  }

  /** What `ensureDaemon` wants to know about this command line. */
  protected daemonOptions(flags: Record<string, unknown> = {}, configFile?: string) {
    return {
      flags,
      configFile,
      folder: process.cwd(),
      logFile: this.paths.log,
      daemonFile: this.paths.daemon,
      version: this.config.version,
    }
  }

  /** On stderr, in the form of our errors; `--json` keeps stdout to itself anyway. */
  override warn(input: string | Error): string | Error {
    process.stderr.write(`sluice: warning: ${typeof input === 'string' ? input : input.message}\n`)
    return input
  }

  /** One line on stderr, or the error object where JSON was asked for; the exit code is the error's own. */
  protected override async catch(cause: Thrown): Promise<void> {
    if ('code' in cause && cause.code === 'EEXIT') throw cause
    const usage = cause.oclif?.exit === 2
    const exitCode = cause instanceof AppError ? cause.exitCode : usage ? exitCodes.usage : exitCodes.failure
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(cause))
    else process.stderr.write(`sluice: ${usage ? this.describeUsage(cause) : describe(cause)}\n`)
    if (process.env.DEBUG && !usage) process.stderr.write(`${cause.stack}\n`)
    this.exit(exitCode)
  }

  /** oclif's default serialises the whole parser context, home directory included. */
  protected override toErrorJson(cause: unknown): object {
    if (cause instanceof AppError) {
      const { code, param, details } = cause
      return { error: { code, message: describe(cause), ...(param && { param }), ...details } }
    }
    const { message, oclif } = cause as Thrown
    if (oclif?.exit !== 2) return { error: { code: 'internal_error', message } }
    return { error: { code: 'usage', message: this.describeUsage(cause as Thrown) } }
  }

  private describeUsage(cause: Thrown): string {
    return describeUsageError(cause, `${this.config.bin} ${this.id?.replaceAll(':', ' ')}`)
  }
}

/** A stranger's error gets its own words here: on the user's own terminal nothing needs hiding. */
function describe(error: Thrown): string {
  if (error instanceof AppError && error.code === 'internal_error' && error.cause instanceof Error) {
    return `${error.message} (${error.cause.message})`
  }
  return error.message.replaceAll(/\s*\n\s*/g, ' ')
}
