import { resolve } from 'node:path'
import { vi } from 'vitest'

type Runnable = { run(argv: string[], options: { root: string }): Promise<unknown> }

const root = resolve(import.meta.dirname, '..', '..')

/** A command as the program runs it, in this process: what it printed and the code it would leave with. */
export const runCommand = async (
  command: Runnable,
  argv: string[],
): Promise<{ stdout: string; stderr: string; exit: unknown }> => {
  const printed = { stdout: '', stderr: '' }
  const before = process.exitCode
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += String(text)
      return true
    })
  }
  let exit: unknown
  try {
    await command.run(argv, { root })
    exit = process.exitCode ?? 0
  } catch (cause) {
    exit = (cause as { oclif?: { exit?: number } }).oclif?.exit
  } finally {
    process.exitCode = before
    vi.restoreAllMocks()
  }
  return { ...printed, exit }
}
