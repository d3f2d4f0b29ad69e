import { engineLoaders } from '../engines/registry.ts'
import { AppError, toAppError } from '../errors.ts'
import { measureEngine } from './measure-engine.ts'
import type { MeterArguments, MeterMessage } from './meter-test.ts'

/** Nobody listens where there is no parent, or where it has gone. */
const tell = (message: MeterMessage): void => {
  if (process.connected) process.send?.(message, () => undefined)
}

const main = async (): Promise<void> => {
  // A decode in flight must not keep a process whose reader has gone.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  const given = JSON.parse(process.argv[2] ?? '{}') as MeterArguments
  const load = Object.hasOwn(engineLoaders, given.engine) ? engineLoaders[given.engine] : undefined
  if (load === undefined) {
    throw new AppError('invalid_request', `there is no engine "${given.engine}"; use: sluice bench engine`)
  }
  await measureEngine(given, await load(), tell)
}

const end = (code: number): void => {
  process.removeAllListeners('disconnect')
  process.exitCode = code
  if (process.connected) process.disconnect()
}

main().then(
  () => end(0),
  (cause: unknown) => {
    const error = toAppError(cause)
    const message =
      error === cause ? error.message : `${error.message}: ${String((cause as Error)?.message ?? cause)}`
    if (!process.connected) process.stderr.write(`sluice: ${message}\n`)
    tell({ type: 'failed', error: { code: error.code, message, param: error.param ?? null } })
    end(error.exitCode)
  },
)
