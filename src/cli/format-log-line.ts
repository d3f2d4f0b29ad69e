const levels: Record<number, string> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
}
const hidden = new Set(['level', 'time', 'pid', 'msg', 'err'])

/** A pino line for eyes: time, level, message, then the rest as key=value. What is no such line stays as it is. */
export function formatLogLine(line: string): string {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  if (typeof entry !== 'object' || entry === null || typeof entry.level !== 'number') return line
  const level = (levels[entry.level] ?? String(entry.level)).padEnd(5)
  const facts = Object.entries(entry)
    .filter(([key]) => !hidden.has(key))
    .map(([key, value]) => `${key}=${toText(value)}`)
  const stack = (entry.err as { stack?: string } | undefined)?.stack
  const head = [toText(entry.time), level, toText(entry.msg), ...facts].join(' ').trimEnd()
  return stack === undefined ? head : `${head}\n${stack.replaceAll(/^/gm, '    ')}`
}

const toText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
