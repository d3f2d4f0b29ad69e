import type { Interfaces } from '@oclif/core'
import { findNearest } from './nearest.ts'

type KnownFlag = { aliases?: string[]; hidden?: boolean; allowNo?: boolean }
type ParseError = Interfaces.CommandError & {
  /** Of unknown flags, as they were typed. */
  flags?: string[]
  /** Of missing arguments. */
  args?: { name: string; description?: string }[]
  parse?: { input?: { flags?: Record<string, KnownFlag> } }
}

/** What oclif's parser says, in the words of our other errors. `command` is as it is typed: `sluice bench compare`. */
export const describeUsageError = (error: ParseError, command: string): string => {
  const help = `see ${command} --help`
  if (error.flags !== undefined) return describeUnknown(error.flags, error.parse?.input?.flags ?? {}, help)
  if (error.args !== undefined && error.message.startsWith('Missing')) {
    const missing = error.args.map(
      ({ name, description }) => `${name.toUpperCase()} (${description ?? name})`,
    )
    return `${missing.join(' and ')} missing; ${help}`
  }
  const message = error.message.replace(/\s*See more help with --help$/, '').replaceAll(/\s*\n\s*/g, ' ')
  for (const [pattern, words] of rewordings) {
    if (pattern.test(message)) return message.replace(pattern, words)
  }
  return `${message}; ${help}`
}

const describeUnknown = (typed: string[], known: Record<string, KnownFlag>, help: string): string => {
  const names = Object.entries(known).flatMap(([name, { aliases = [], hidden, allowNo }]) =>
    hidden === true ? [] : [name, ...aliases, ...(allowNo === true ? [`no-${name}`] : [])],
  )
  const [first = ''] = typed
  const wanted = first.replace(/^-+/, '').replace(/=.*$/s, '')
  const nearest = first.startsWith('--') ? findNearest(wanted, names) : undefined
  const unknown = `there is no flag ${typed.map((flag) => flag.replace(/=.*$/s, '')).join(', ')}`
  return nearest === undefined ? `${unknown}; ${help}` : `${unknown}; did you mean --${nearest}?`
}

const rewordings: [RegExp, string][] = [
  [
    /^The following errors? occurred: All of the following must be provided when using (--\S+): (.+)$/,
    '$1 needs $2',
  ],
  [
    /^The following errors? occurred: (--[^=\s]+)=.*? cannot also be provided when using (--\S+).*$/,
    '$2 and $1 exclude each other: give one of them',
  ],
  [/^The following errors? occurred: Missing required flag (\S+)$/, '--$1 is required'],
  [/^Expected (--[^=\s]+)=(.*) to be one of: (.+)$/, '$1 "$2" is not known; expected one of $3'],
  [/^Parsing (--\S+) Expected an integer but received: (.*)$/, '$1 "$2": expected a whole number'],
  [
    /^Parsing (--\S+) Expected an integer greater than or equal to (\S+) but received: (.*)$/,
    '$1 "$3": expected a whole number, at least $2',
  ],
  [
    /^Parsing (--\S+) Expected an integer less than or equal to (\S+) but received: (.*)$/,
    '$1 "$3": expected a whole number, at most $2',
  ],
  [/^Flag (--\S+) expects a value$/, '$1 needs a value'],
]
