import type { Hook } from '@oclif/core/hooks'
import { exitCodes } from '../errors.ts'
import { findNearest } from './nearest.ts'

/** oclif's hook for an unknown command: one line, in the words of our other errors. */
const commandNotFound: Hook<'command_not_found'> = async ({ id, config }) => {
  const wanted = id.replaceAll(':', ' ')
  const names = config.commands.map((command) => command.id.replaceAll(':', ' '))
  // What is right of the words does not make the others more alike.
  const topic = names.find((name) => wanted.startsWith(`${name} `))
  const known = names.filter((name) => topic === undefined || name.startsWith(`${topic} `))
  const cut = topic === undefined ? 0 : topic.length + 1
  const nearest = findNearest(wanted.slice(cut), known.map((name) => name.slice(cut))) // prettier-ignore
  const hint =
    nearest === undefined
      ? `see: ${['sluice', topic, '--help'].filter((word) => word !== undefined).join(' ')}`
      : `did you mean "${wanted.slice(0, cut)}${nearest}"?`
  process.stderr.write(`sluice: there is no command "${wanted}"; ${hint}\n`)
  process.exit(exitCodes.usage)
}
export default commandNotFound
