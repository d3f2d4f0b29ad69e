import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import type { Figures, Invocation, Rival, RivalLoad } from './rival.ts'

export type Outcome = { kind: 'figures'; figures: Figures } | { kind: 'no report'; why: string }

const start = promisify(execFile)
const timeoutMs = 120_000

/** One run of one tool, in a folder of its own that goes away. */
export const runRival = async (rival: Rival, given: Omit<RivalLoad, 'folder'>): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-rival-'))
  try {
    const invocation = rival.invoke({ ...given, folder })
    const exit = await execute(invocation, given.tools, folder)
    const report = await readFile(join(folder, rival.report), 'utf8').catch(() => undefined)
    if (report === undefined) return { kind: 'no report', why: exit }
    return decodeReport(rival, report)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A report in another form than its reader knows is that tool's cell, and not the end of a run of minutes. */
const decodeReport = (rival: Rival, report: string): Outcome => {
  try {
    return { kind: 'figures', figures: rival.decode(report) }
  } catch (cause) {
    const [line] = String(cause).split('\n')
    return { kind: 'no report', why: `not read: ${line}` }
  }
}

/** How it ended. A tool may well end with an error and still have written its report. */
const execute = async (invocation: Invocation, tools: string, folder: string): Promise<string> => {
  for (const [name, text] of Object.entries(invocation.files ?? {})) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const { executable } = invocation
  const path = isAbsolute(executable) ? executable : join(tools, executable)
  const options = {
    cwd: folder,
    env: { ...process.env, ...invocation.environment },
    timeout: timeoutMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: 64 * 1024 * 1024,
  }
  return start(path, invocation.arguments, options).then(
    () => 'exit 0',
    (cause: { code?: number | string; killed?: boolean; stderr?: string }) => {
      if (process.env['RIVALS_DEBUG'] !== undefined) process.stderr.write(cause.stderr?.slice(-2000) ?? '')
      return cause.killed === true ? `killed after ${timeoutMs / 1000} s` : `exit ${cause.code}`
    },
  )
}
