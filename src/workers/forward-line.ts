import type { Logger } from '../log.ts'

const levelNames = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
type Level = (typeof levelNames)[number]

/**
 * A line that a worker process wrote, into the daemon's log. JSON lines keep their level, message and event;
 * others are what native code and libraries print, and are for who looks closely.
 */
export function forwardLine(log: Logger, line: string): void {
  const entry = parseEntry(line)
  if (entry === undefined) return log.debug({ event: 'worker.output' }, line)
  // What the daemon's own line says already must not be there twice.
  const {
    level,
    time: _time,
    pid: _pid,
    hostname: _hostname,
    msg,
    message,
    worker: _worker,
    ...fields
  } = entry
  log[readLevel(level)](fields, textOf(msg) ?? textOf(message) ?? '')
}

/** What of a process's last lines most likely says why it ended: a backtrace may follow the reason. */
export function lastWords(lines: readonly string[]): string | undefined {
  const words = lines.flatMap((line) => {
    const entry = parseEntry(line)
    if (entry === undefined) return [line]
    const isError = ['error', 'fatal'].includes(readLevel(entry['level']))
    return isError ? [textOf(entry['msg']) ?? textOf(entry['message']) ?? line] : []
  })
  const found =
    words.findLast((line) => /assert|abort|error|fail|exception|terminat/i.test(line)) ?? words.at(-1)
  return found?.trim().slice(0, 500)
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value = JSON.parse(line) as unknown
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** pino's numbers (30), or names as Python writes them (WARNING). */
function readLevel(level: unknown): Level {
  if (typeof level === 'number') return levelNames[Math.trunc(level / 10) - 1] ?? 'info'
  const name = textOf(level)?.toLowerCase().replace('warning', 'warn').replace('critical', 'fatal')
  return levelNames.find((known) => known === name) ?? 'info'
}
